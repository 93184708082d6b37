;; True peaks of four intervals between samples at a time, one per lane: src/engine/audio/true-peak.ts has the rows of
;; taps, and says what is measured. A lane's result does not depend on the lane, and so not on how sound is cut up.
(module
  (import "audio" "memory" (memory 1))

  ;; Keeps a division by a curvature of zero from mattering: both neighbours are then as high as the middle.
  (global $least_curvature f32 (f32.const 1e-30))
  ;; More than what the roundings of a sum can take away from a peak.
  (global $upwards f32 (f32.const 0x1.00002p0))

  ;; Height of the parabola through three equidistant values, where the middle one is a peak of its sign; else its own.
  (func $peak_through (param $before v128) (param $middle v128) (param $after v128) (result v128)
    (local $height v128) (local $sign v128) (local $curvature v128) (local $tilt v128)
    (local.set $height (f32x4.abs (local.get $middle)))
    (local.set $sign (v128.and (local.get $middle) (v128.const i32x4 0x80000000 0x80000000 0x80000000 0x80000000)))
    (local.set $before (v128.xor (local.get $before) (local.get $sign)))
    (local.set $after (v128.xor (local.get $after) (local.get $sign)))
    (local.set $curvature (f32x4.add
      (f32x4.sub (local.get $height) (local.get $before))
      (f32x4.sub (local.get $height) (local.get $after))))
    (local.set $tilt (f32x4.sub (local.get $after) (local.get $before)))
    (f32x4.add (local.get $height) (v128.and
      (v128.and
        (f32x4.ge (local.get $height) (local.get $before))
        (f32x4.ge (local.get $height) (local.get $after)))
      (f32x4.div
        (f32x4.mul (local.get $tilt) (local.get $tilt))
        (f32x4.mul
          (f32x4.splat (f32.const 8))
          (f32x4.max (local.get $curvature) (f32x4.splat (global.get $least_curvature))))))))

  ;; Raises $peaks, one per interval, to what is found in them. Interval i lies between samples i and i + 1 of $samples. Up to
  ;; three peaks beyond the last are touched. It begins four intervals early, where the value before the first is found.
  (func (export "raise")
    (param $taps i32)      ;; per pair of samples: half, quarter even, quarter odd
    (param $tap_end i32)
    (param $itu_taps i32)  ;; per pair of samples: eighth even and odd, three eighths even and odd
    (param $itu_end i32)
    (param $samples i32) (param $peaks i32) (param $count i32)
    (local $begin i32) (local $end i32) (local $tap i32) (local $left i32) (local $right i32)
    (local $p v128) (local $q v128) (local $sum v128) (local $difference v128)
    (local $half v128) (local $even v128) (local $odd v128)
    (local $eighth_even v128) (local $eighth_odd v128) (local $three_even v128) (local $three_odd v128)
    (local $first v128) (local $last v128) (local $quarter v128) (local $three_quarters v128) (local $before v128)
    (local.set $begin (local.get $peaks))
    (local.set $end (i32.add (local.get $peaks) (i32.shl (local.get $count) (i32.const 2))))
    (local.set $peaks (i32.sub (local.get $peaks) (i32.const 16)))
    (local.set $samples (i32.sub (local.get $samples) (i32.const 16)))
    (loop $intervals
      (local.set $half (v128.const i32x4 0 0 0 0))
      (local.set $even (v128.const i32x4 0 0 0 0))
      (local.set $odd (v128.const i32x4 0 0 0 0))
      (local.set $left (local.get $samples))
      (local.set $right (i32.add (local.get $samples) (i32.const 4)))
      (local.set $tap (local.get $taps))
      (loop $pairs
        (local.set $p (v128.load (local.get $left)))
        (local.set $q (v128.load (local.get $right)))
        (local.set $sum (f32x4.add (local.get $p) (local.get $q)))
        (local.set $difference (f32x4.sub (local.get $p) (local.get $q)))
        (local.set $half (f32x4.add (local.get $half)
          (f32x4.mul (v128.load32_splat (local.get $tap)) (local.get $sum))))
        (local.set $even (f32x4.add (local.get $even)
          (f32x4.mul (v128.load32_splat offset=4 (local.get $tap)) (local.get $sum))))
        (local.set $odd (f32x4.add (local.get $odd)
          (f32x4.mul (v128.load32_splat offset=8 (local.get $tap)) (local.get $difference))))
        (local.set $left (i32.sub (local.get $left) (i32.const 4)))
        (local.set $right (i32.add (local.get $right) (i32.const 4)))
        (br_if $pairs (i32.lt_u
          (local.tee $tap (i32.add (local.get $tap) (i32.const 12))) (local.get $tap_end))))

      (local.set $eighth_even (v128.const i32x4 0 0 0 0))
      (local.set $eighth_odd (v128.const i32x4 0 0 0 0))
      (local.set $three_even (v128.const i32x4 0 0 0 0))
      (local.set $three_odd (v128.const i32x4 0 0 0 0))
      (local.set $left (local.get $samples))
      (local.set $right (i32.add (local.get $samples) (i32.const 4)))
      (local.set $tap (local.get $itu_taps))
      (loop $itu_pairs
        (local.set $p (v128.load (local.get $left)))
        (local.set $q (v128.load (local.get $right)))
        (local.set $sum (f32x4.add (local.get $p) (local.get $q)))
        (local.set $difference (f32x4.sub (local.get $p) (local.get $q)))
        (local.set $eighth_even (f32x4.add (local.get $eighth_even)
          (f32x4.mul (v128.load32_splat (local.get $tap)) (local.get $sum))))
        (local.set $eighth_odd (f32x4.add (local.get $eighth_odd)
          (f32x4.mul (v128.load32_splat offset=4 (local.get $tap)) (local.get $difference))))
        (local.set $three_even (f32x4.add (local.get $three_even)
          (f32x4.mul (v128.load32_splat offset=8 (local.get $tap)) (local.get $sum))))
        (local.set $three_odd (f32x4.add (local.get $three_odd)
          (f32x4.mul (v128.load32_splat offset=12 (local.get $tap)) (local.get $difference))))
        (local.set $left (i32.sub (local.get $left) (i32.const 4)))
        (local.set $right (i32.add (local.get $right) (i32.const 4)))
        (br_if $itu_pairs (i32.lt_u
          (local.tee $tap (i32.add (local.get $tap) (i32.const 16))) (local.get $itu_end))))

      (local.set $first (v128.load (local.get $samples)))
      (local.set $last (v128.load offset=4 (local.get $samples)))
      (local.set $quarter (f32x4.add (local.get $even) (local.get $odd)))
      ;; The last lane of the intervals before, then the first three of these: a quarter sample before each interval.
      (local.set $before (local.get $three_quarters))
      (local.set $three_quarters (f32x4.sub (local.get $even) (local.get $odd)))
      (local.set $before (i8x16.shuffle 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27
        (local.get $before) (local.get $three_quarters)))
      (if (i32.ge_u (local.get $peaks) (local.get $begin)) (then
        (v128.store (local.get $peaks)
          (f32x4.max (v128.load (local.get $peaks)) (f32x4.mul (f32x4.splat (global.get $upwards))
          (f32x4.max (f32x4.abs (local.get $last))
          (f32x4.max (call $peak_through (local.get $before) (local.get $first) (local.get $quarter))
          (f32x4.max (call $peak_through (local.get $first) (local.get $quarter) (local.get $half))
          (f32x4.max (call $peak_through (local.get $quarter) (local.get $half) (local.get $three_quarters))
          (f32x4.max (call $peak_through (local.get $half) (local.get $three_quarters) (local.get $last))
          ;; The larger of a position and its mirror image.
          (f32x4.max
            (f32x4.add (f32x4.abs (local.get $eighth_even)) (f32x4.abs (local.get $eighth_odd)))
            (f32x4.add (f32x4.abs (local.get $three_even)) (f32x4.abs (local.get $three_odd))))))))))))))
      (local.set $samples (i32.add (local.get $samples) (i32.const 16)))
      (br_if $intervals (i32.lt_u
        (local.tee $peaks (i32.add (local.get $peaks) (i32.const 16))) (local.get $end))))))
