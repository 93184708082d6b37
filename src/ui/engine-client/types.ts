import type { MapPicture } from '../../protocol/interface-frames.js';

export type { EngineMessage, Command, Fault } from '../../protocol/interface.js';
export type MapPictureListener = (map: MapPicture) => void;
