// Corrects the description (Turtle files) that JUCE writes into an LV2 bundle: what lv2_validate reports as errors, and features
// that it requires of the host though tiller/lv2/Lv2Descriptor.cpp does without them.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Each replaces what is wrong; what JUCE writes in another version is left as it is. */
const CORRECTIONS = [
  // Maintainer and release are properties of a project.
  [/^\ta lv2:Plugin ;\n(?=\tdoap:name)/m, '\ta lv2:Plugin , doap:Project ;\n'],
  // Of ports only; whether a parameter is a switch is in its scale points.
  [/^\tlv2:portProperty lv2:enumeration *(?:, lv2:toggled *)?;\n(?=\tlv2:scalePoint)/gm, ''],
  // An interface of the user interface's, no feature; and a feature, no interface.
  [/^\t\topts:interface ,\n(?=\t\topts:options ;)/m, ''],
  [/^\t\tui:noUserResize ,\n(?=\t\tui:resize ;)/m, ''],
  [
    /^\tlv2:optionalFeature\n\t\tlv2:hardRTCapable ;\n(?=[^.]*^\tlv2:requiredFeature\n\t\turid:map ,\n\t\topts:options ,\n\t\tbufs:boundedBlockLength ;\n)/m,
    '\tlv2:optionalFeature\n\t\tlv2:hardRTCapable ,\n\t\topts:options ,\n\t\tbufs:boundedBlockLength ;\n',
  ],
  [
    /^\tlv2:requiredFeature\n\t\turid:map ,\n\t\topts:options ,\n\t\tbufs:boundedBlockLength ;\n/m,
    '\tlv2:requiredFeature\n\t\turid:map ;\n',
  ],
];

/** The text of a Turtle file, corrected; of a corrected one, the same text. */
export function correctTurtle(text) {
  return CORRECTIONS.reduce((corrected, [wrong, right]) => corrected.replace(wrong, right), text);
}

/** Corrects every Turtle file of a bundle; nothing where it is not there. */
export function correctBundle(folder) {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.ttl'))) {
    const path = join(folder, name);
    const text = readFileSync(path, 'utf8');
    const corrected = correctTurtle(text);
    if (corrected !== text) writeFileSync(path, corrected);
  }
}
