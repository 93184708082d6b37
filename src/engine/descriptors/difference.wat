;; Differences of a signal with itself: src/engine/descriptors/pitch.ts compares lags by them. Every sum is taken in one order.
(module
  (import "audio" "memory" (memory 1))

  ;; Sums of the squared differences of the float32 values from $one to before $end, a multiple of 32 bytes, and those at $other and one,
  ;; two and three values after it. Writes the four sums to $to.
  (func (export "squaredDifferences") (param $one i32) (param $other i32) (param $end i32) (param $to i32)
    (local $here v128) (local $next v128) (local $difference v128)
    (local $even0 v128) (local $even1 v128) (local $even2 v128) (local $even3 v128)
    (local $odd0 v128) (local $odd1 v128) (local $odd2 v128) (local $odd3 v128)
    (loop $pairs
      (local.set $here (v128.load (local.get $one)))
      (local.set $next (v128.load offset=16 (local.get $one)))
      (local.set $difference (f32x4.sub (local.get $here) (v128.load (local.get $other))))
      (local.set $even0
        (f32x4.add (local.get $even0) (f32x4.mul (local.get $difference) (local.get $difference))))
      (local.set $difference (f32x4.sub (local.get $next) (v128.load offset=16 (local.get $other))))
      (local.set $odd0
        (f32x4.add (local.get $odd0) (f32x4.mul (local.get $difference) (local.get $difference))))
      (local.set $difference (f32x4.sub (local.get $here) (v128.load offset=4 (local.get $other))))
      (local.set $even1
        (f32x4.add (local.get $even1) (f32x4.mul (local.get $difference) (local.get $difference))))
      (local.set $difference (f32x4.sub (local.get $next) (v128.load offset=20 (local.get $other))))
      (local.set $odd1
        (f32x4.add (local.get $odd1) (f32x4.mul (local.get $difference) (local.get $difference))))
      (local.set $difference (f32x4.sub (local.get $here) (v128.load offset=8 (local.get $other))))
      (local.set $even2
        (f32x4.add (local.get $even2) (f32x4.mul (local.get $difference) (local.get $difference))))
      (local.set $difference (f32x4.sub (local.get $next) (v128.load offset=24 (local.get $other))))
      (local.set $odd2
        (f32x4.add (local.get $odd2) (f32x4.mul (local.get $difference) (local.get $difference))))
      (local.set $difference (f32x4.sub (local.get $here) (v128.load offset=12 (local.get $other))))
      (local.set $even3
        (f32x4.add (local.get $even3) (f32x4.mul (local.get $difference) (local.get $difference))))
      (local.set $difference (f32x4.sub (local.get $next) (v128.load offset=28 (local.get $other))))
      (local.set $odd3
        (f32x4.add (local.get $odd3) (f32x4.mul (local.get $difference) (local.get $difference))))
      (local.set $other (i32.add (local.get $other) (i32.const 32)))
      (br_if $pairs (i32.lt_u (local.tee $one (i32.add (local.get $one) (i32.const 32))) (local.get $end))))
    (f32.store (local.get $to) (call $sum (f32x4.add (local.get $even0) (local.get $odd0))))
    (f32.store offset=4 (local.get $to) (call $sum (f32x4.add (local.get $even1) (local.get $odd1))))
    (f32.store offset=8 (local.get $to) (call $sum (f32x4.add (local.get $even2) (local.get $odd2))))
    (f32.store offset=12 (local.get $to) (call $sum (f32x4.add (local.get $even3) (local.get $odd3)))))

  (func $sum (param $values v128) (result f32)
    (f32.add
      (f32.add (f32x4.extract_lane 0 (local.get $values)) (f32x4.extract_lane 1 (local.get $values)))
      (f32.add (f32x4.extract_lane 2 (local.get $values)) (f32x4.extract_lane 3 (local.get $values))))))
