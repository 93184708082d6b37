/** Element types of the tensors that models hold. */
export type StorageType =
  'float64' | 'float32' | 'float16' | 'bfloat16' | 'int64' | 'int32' | 'int16' | 'int8' | 'uint8' | 'bool';

/** A tensor as the pickle describes it: a strided window into a storage, which is an entry of the archive. */
export interface TensorRecord {
  readonly kind: 'tensor';
  readonly storage: string;
  readonly type: StorageType;
  readonly storageLength: number;
  readonly offset: number;
  readonly sizes: readonly number[];
  readonly strides: readonly number[];
}

/** An instance of a class that the archive's own code declares. */
export interface InstanceRecord {
  readonly kind: 'instance';
  readonly className: string;
  readonly attributes: Map<string, PickleValue>;
}

export interface ListRecord {
  readonly kind: 'list';
  readonly items: PickleValue[];
}
export interface TupleRecord {
  readonly kind: 'tuple';
  readonly items: readonly PickleValue[];
}
export interface DictRecord {
  readonly kind: 'dict';
  readonly entries: Map<PickleValue, PickleValue>;
}

/** Python's `int` is a bigint here and `float` a number, so that the two are distinguishable. */
export type PickleValue =
  | null
  | boolean
  | bigint
  | number
  | string
  | TensorRecord
  | InstanceRecord
  | ListRecord
  | TupleRecord
  | DictRecord;
