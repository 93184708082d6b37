import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const SCRIPT = '../../scripts/packaging/macos.mjs';
interface Format {
  readonly target: string;
  readonly built: string;
}
const { packageMacos } = (await import(SCRIPT)) as {
  packageMacos: (what: {
    name: string;
    version: string;
    assets: string;
    formats: readonly Format[];
    scratch: string;
    out: string;
    call: (program: string, args: readonly string[]) => void;
    env: Readonly<Record<string, string>>;
  }) => string[];
};

const MACH_O = Buffer.from([0xcf, 0xfa, 0xed, 0xfe, 0x0c, 0, 0, 1]);
const ENTITLED = '--entitlements';

/** Apple's programs are not there: what they are called with is looked at. */
describe('packageMacos', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tiller macos-'));

  beforeAll(() => {
    for (const [path, content] of [
      ['Tiller.vst3/Contents/MacOS/Tiller', MACH_O],
      ['Tiller.vst3/Contents/Info.plist', '<plist/>'],
      ['Tiller.vst3/Contents/Resources/engine/node', MACH_O],
      ['Tiller.vst3/Contents/Resources/engine/dist/engine/tiller.js', 'export {};'],
      [
        'Tiller.vst3/Contents/Resources/engine/node_modules/onnxruntime-node/bin/libonnxruntime.dylib',
        MACH_O,
      ],
      ['Tiller.app/Contents/MacOS/Tiller', MACH_O],
    ] as const) {
      mkdirSync(dirname(join(folder, 'built', path)), { recursive: true });
      writeFileSync(join(folder, 'built', path), content);
    }
  });

  afterEach(() => rmSync(join(folder, 'scratch'), { recursive: true }));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** The calls of Apple's programs, each with its arguments. */
  function pack(env: Readonly<Record<string, string>> = {}): string[][] {
    const calls: string[][] = [];
    const made = packageMacos({
      name: 'tiller-1',
      version: '1.2.3',
      assets: 'packaging/macos',
      formats: [
        { target: 'Tiller_VST3', built: join(folder, 'built', 'Tiller.vst3') },
        { target: 'Tiller_Standalone', built: join(folder, 'built', 'Tiller.app') },
      ],
      scratch: join(folder, 'scratch'),
      out: folder,
      call: (program, args) => calls.push([program, ...args]),
      env,
    });
    expect(made).toEqual([join(folder, 'tiller-1.pkg')]);
    return calls;
  }

  const signedBy = (calls: readonly string[][]) =>
    calls.filter(([program, first]) => program === 'codesign' && first === '--force');
  const inRoot = (path: string) => path.slice(join(folder, 'scratch', 'root', '/').length);

  it('signs code by itself, the innermost first, each with its own entitlements', () => {
    const signed = signedBy(pack({ TILLER_SIGN_IDENTITY: 'Developer ID Application: Zoë (1)' }));
    const vst3 = 'Library/Audio/Plug-Ins/VST3/Tiller.vst3';
    const entitled = (call: readonly string[]) => call[call.indexOf(ENTITLED) + 1];
    expect(
      signed.map((call) => [inRoot(call.at(-1) ?? ''), call.includes(ENTITLED) ? entitled(call) : null]),
    ).toEqual([
      [`${vst3}/Contents/Resources/engine/node_modules/onnxruntime-node/bin/libonnxruntime.dylib`, null],
      [`${vst3}/Contents/Resources/engine/node`, 'packaging/macos/node.entitlements'],
      [vst3, null],
      ['Applications/Tiller.app', 'packaging/macos/standalone.entitlements'],
    ]);
    for (const call of signed) {
      expect(call).not.toContain('--deep');
      expect(call.slice(2, 7)).toEqual([
        '--sign',
        'Developer ID Application: Zoë (1)',
        '--options',
        'runtime',
        '--timestamp',
      ]);
    }
  });

  it('checks each bundle after its signature', () => {
    const calls = pack();
    const bundles = signedBy(calls).filter((call) => /\.(vst3|app)$/.test(call.at(-1) ?? ''));
    expect(bundles).toHaveLength(2);
    for (const call of bundles)
      expect(calls[calls.indexOf(call) + 1]).toEqual([
        ...['codesign', '--verify', '--strict', '--verbose=2'],
        call.at(-1),
      ]);
  });

  it('signs for this machine only, without a time stamp, where no identity is given', () => {
    for (const call of signedBy(pack()))
      expect(call.slice(2, 7)).toEqual(['--sign', '-', '--options', 'runtime', '--timestamp=none']);
  });

  it('keeps bundles where hosts look, and asks for no notary without its profile', () => {
    const calls = pack();
    expect(calls.filter(([program]) => program === 'plutil').map((call) => call[2])).toEqual([
      '0.BundleIsRelocatable',
      '1.BundleIsRelocatable',
    ]);
    const made = calls.filter(([program]) => program === 'pkgbuild').at(-1) ?? [];
    expect(made.slice(made.indexOf('--install-location'))).toEqual([
      ...['--install-location', '/', '--identifier', 'audio.tiller.package', '--version', '1.2.3'],
      join(folder, 'scratch', 'tiller-1.pkg'),
    ]);
    expect(calls.at(-1)?.[0]).toBe('productbuild');
  });

  it('has the signed package notarised, and staples the ticket to it', () => {
    const [build, submit, staple] = pack({
      TILLER_INSTALLER_IDENTITY: 'Developer ID Installer: Zoë (1)',
      TILLER_NOTARY_PROFILE: 'mine',
    }).slice(-3);
    const archive = join(folder, 'tiller-1.pkg');
    expect(build?.slice(-3)).toEqual(['--sign', 'Developer ID Installer: Zoë (1)', archive]);
    expect(submit).toEqual([
      'xcrun',
      'notarytool',
      'submit',
      archive,
      '--keychain-profile',
      'mine',
      '--wait',
    ]);
    expect(staple).toEqual(['xcrun', 'stapler', 'staple', archive]);
  });
});
