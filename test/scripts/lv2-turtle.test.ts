const SCRIPT = '../../scripts/lv2-turtle.mjs';
const { correctTurtle: correct } = (await import(SCRIPT)) as { correctTurtle: (text: string) => string };

/** As JUCE 7.0.5 writes them, shortened. */
const DSP = `plug:bypass
\ta lv2:Parameter ;
\tlv2:maximum 1\t ;
\tlv2:portProperty lv2:enumeration , lv2:toggled ;
\tlv2:scalePoint [
\t\trdfs:label "Off" ;
\t\trdf:value 0 ;
\t] .

<urn:tiller:tiller>
\tui:ui <urn:tiller:tiller:UI> ;
\ta lv2:Plugin ;
\tdoap:name "Tiller" ;
\tlv2:optionalFeature
\t\tlv2:hardRTCapable ;
\tlv2:extensionData
\t\tstate:interface ;
\tlv2:requiredFeature
\t\turid:map ,
\t\topts:options ,
\t\tbufs:boundedBlockLength ;
\tlv2:port [
\t\tlv2:portProperty lv2:toggled , lv2:connectionOptional , pprop:notOnGUI ;
\t] .
`;

const UI = `<urn:tiller:tiller:UI>
\tlv2:extensionData
\t\tui:idleInterface ,
\t\topts:interface ,
\t\tui:noUserResize ,
\t\tui:resize ;

\tlv2:optionalFeature
\t\tui:resize ,
\t\topts:interface ,
\t\topts:options ;
`;

test('a description keeps everything but what is wrong', () => {
  const dsp = correct(DSP);
  expect(dsp).toContain('\ta lv2:Plugin , doap:Project ;\n\tdoap:name');
  expect(dsp).not.toContain('lv2:enumeration');
  expect(dsp).toContain('lv2:maximum 1\t ;\n\tlv2:scalePoint [');
  expect(dsp).toContain('\t\tlv2:portProperty lv2:toggled , lv2:connectionOptional');
  expect(dsp.split('\n')).toHaveLength(DSP.split('\n').length - 1);
  const ui = correct(UI);
  expect(ui).toContain('\tlv2:extensionData\n\t\tui:idleInterface ,\n\t\topts:interface ,\n\t\tui:resize ;');
  expect(ui).toContain('\tlv2:optionalFeature\n\t\tui:resize ,\n\t\topts:options ;');
});

/** Hosts without these two did not load the plugin. */
test('only the map of identifiers is required of a host', () => {
  const dsp = correct(DSP);
  expect(dsp).toMatch(/lv2:requiredFeature\s+urid:map ;/);
  expect(dsp).toMatch(
    /lv2:optionalFeature\s+lv2:hardRTCapable ,\s+opts:options ,\s+bufs:boundedBlockLength ;/,
  );
});

test('a corrected description stays as it is', () => {
  for (const text of [DSP, UI]) expect(correct(correct(text))).toBe(correct(text));
});
