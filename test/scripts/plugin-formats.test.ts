const SCRIPT = '../../scripts/plugin-formats.mjs';
interface Format {
  readonly target: string;
  readonly bundle: string;
  readonly engine: string;
  readonly place: string;
}
const { pluginFormats } = (await import(SCRIPT)) as {
  pluginFormats: (
    platform: string,
    where: { home: string; localAppData?: string; withAudioUnit?: boolean },
  ) => Format[];
};

describe('pluginFormats', () => {
  // Regression: the paths of Windows were joined as those of the building machine, and its bundles' names cut at slashes only.
  it('names the folders of Windows with backslashes', () => {
    const places = pluginFormats('win32', {
      home: 'C:\\Users\\Zoë',
      localAppData: 'C:\\Users\\Zoë\\AppData\\Local',
    }).map(({ place }) => place);
    expect(places).toEqual([
      'C:\\Users\\Zoë\\AppData\\Local\\Programs\\Common\\VST3',
      'C:\\Users\\Zoë\\AppData\\Local\\Programs\\Tiller',
    ]);
  });

  it('puts the home folder in place of a missing one for local data', () => {
    expect(pluginFormats('win32', { home: 'D:\\me' })[0]?.place).toBe('D:\\me\\Programs\\Common\\VST3');
  });

  it('has the Audio Unit where it can be built, and only on macOS', () => {
    const targets = (platform: string, withAudioUnit: boolean) =>
      pluginFormats(platform, { home: '/home/me', withAudioUnit }).map(({ target }) => target);
    expect(targets('darwin', true)).toEqual(['Tiller_VST3', 'Tiller_AU', 'Tiller_Standalone']);
    expect(targets('darwin', false)).toEqual(['Tiller_VST3', 'Tiller_Standalone']);
    expect(targets('linux', true)).toEqual(['Tiller_VST3', 'Tiller_LV2', 'Tiller_Standalone']);
    expect(targets('aix', true)).toEqual([]);
  });

  it('has the engine where each kind of bundle keeps its resources', () => {
    for (const platform of ['linux', 'darwin', 'win32'])
      for (const { bundle, engine } of pluginFormats(platform, { home: '/home/me', withAudioUnit: true }))
        expect(engine).toBe(/\.(vst3|component|app)$/.test(bundle) ? 'Contents/Resources/engine' : 'engine');
  });
});
