;; Differences of a signal with itself: src/engine/descriptors/pitch.ts compares lags by them. Every sum is taken in one order.
(module
  (import "audio" "memory" (memory 1))

  ;; Sum of the squared differences of the float32 values from $one to before $end, a multiple of 32 bytes, and those at $other.
  (func (export "squaredDifference") (param $one i32) (param $other i32) (param $end i32) (result f32)
    (local $first v128) (local $second v128) (local $even v128) (local $odd v128)
    (loop $pairs
      (local.set $first (f32x4.sub (v128.load (local.get $one)) (v128.load (local.get $other))))
      (local.set $second (f32x4.sub (v128.load offset=16 (local.get $one)) (v128.load offset=16 (local.get $other))))
      (local.set $even (f32x4.add (local.get $even) (f32x4.mul (local.get $first) (local.get $first))))
      (local.set $odd (f32x4.add (local.get $odd) (f32x4.mul (local.get $second) (local.get $second))))
      (local.set $other (i32.add (local.get $other) (i32.const 32)))
      (br_if $pairs (i32.lt_u (local.tee $one (i32.add (local.get $one) (i32.const 32))) (local.get $end))))
    (local.set $even (f32x4.add (local.get $even) (local.get $odd)))
    (f32.add
      (f32.add (f32x4.extract_lane 0 (local.get $even)) (f32x4.extract_lane 1 (local.get $even)))
      (f32.add (f32x4.extract_lane 2 (local.get $even)) (f32x4.extract_lane 3 (local.get $even))))))
