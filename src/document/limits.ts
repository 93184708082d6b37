/** Bounds that several folders check where data comes in. */
export const MAX_INPUTS = 16;
export const MAX_LATENTS = 256;
/** Greatest magnitude of a latent: discrete models give codes of up to 16 bits. */
export const MAX_LATENT_VALUE = 65_536;
export const MAX_EXAMPLES = 2048;
/** Sample rates, in Hz. */
export const MIN_RATE = 22_050;
export const MAX_RATE = 192_000;
/** Lowest sample rate of a model, in Hz. */
export const MIN_MODEL_RATE = 8000;
/** Longest own delay of a model, in seconds: large RAVE models reach more than half a second. Longer ones are not looked for at import. */
export const MAX_MODEL_DELAY_SECONDS = 1;
export const MAX_MODEL_DELAY_SAMPLES = MAX_MODEL_DELAY_SECONDS * MAX_RATE;
/** Largest block, in samples per channel, that a host may deliver at once. */
export const MAX_BLOCK = 8192;
export const MAX_CHANNELS = 2;

/** Quarter notes per minute of the music. */
export const MIN_TEMPO = 10;
export const MAX_TEMPO = 1000;
/** Most quarter notes of a bar. */
export const MAX_BEATS_PER_BAR = 64;

/** Greatest number of a MIDI parameter (NRPN). 127/127 is the null function, which selects none. */
export const MAX_PARAMETER_NUMBER = 0x3ffe;
/** Axes or buttons of all gamepads together. */
export const MAX_GAMEPAD_CONTROLS = 64;
/** Most assignments of the player's controller map. */
export const MAX_CONTROLLERS = 128;
/** Most examples that an action can go to by their number. */
export const MAX_ACTION_EXAMPLE = 128;
