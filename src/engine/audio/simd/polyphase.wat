;; Inner products of a polyphase filter: src/engine/audio/resampler.ts lays out the memory and calls this. Every sum is
;; taken in an order that depends on the number of taps alone, so that no block size changes a bit.
(module
  (import "audio" "memory" (memory 1))

  ;; Inner product of $bytes of float32 values at $row and at $samples, a multiple of 64. The filter peaks in the middle of
  ;; its row: from both ends inwards small products are added before large ones, which keeps a constant at its level
  ;; within a unit in the last place. Two chains from each end, so that additions do not wait for one another.
  (func $dot (param $row i32) (param $samples i32) (param $bytes i32) (result f32)
    (local $last_row i32) (local $last_samples i32)
    (local $first v128) (local $second v128) (local $third v128) (local $fourth v128)
    (local.set $last_row (i32.add (local.get $row) (i32.sub (local.get $bytes) (i32.const 32))))
    (local.set $last_samples (i32.add (local.get $samples) (i32.sub (local.get $bytes) (i32.const 32))))
    (loop $inwards
      (local.set $first (f32x4.add (local.get $first)
        (f32x4.mul (v128.load (local.get $row)) (v128.load (local.get $samples)))))
      (local.set $second (f32x4.add (local.get $second)
        (f32x4.mul (v128.load offset=16 (local.get $row)) (v128.load offset=16 (local.get $samples)))))
      (local.set $third (f32x4.add (local.get $third)
        (f32x4.mul (v128.load offset=16 (local.get $last_row)) (v128.load offset=16 (local.get $last_samples)))))
      (local.set $fourth (f32x4.add (local.get $fourth)
        (f32x4.mul (v128.load (local.get $last_row)) (v128.load (local.get $last_samples)))))
      (local.set $row (i32.add (local.get $row) (i32.const 32)))
      (local.set $samples (i32.add (local.get $samples) (i32.const 32)))
      (local.set $last_row (i32.sub (local.get $last_row) (i32.const 32)))
      (local.set $last_samples (i32.sub (local.get $last_samples) (i32.const 32)))
      (br_if $inwards (i32.lt_u (local.get $row) (local.get $last_row))))
    (local.set $first (f32x4.add
      (f32x4.add (local.get $first) (local.get $second))
      (f32x4.add (local.get $third) (local.get $fourth))))
    (f32.add
      (f32.add (f32x4.extract_lane 0 (local.get $first)) (f32x4.extract_lane 1 (local.get $first)))
      (f32.add (f32x4.extract_lane 2 (local.get $first)) (f32x4.extract_lane 3 (local.get $first)))))

  ;; Writes $count outputs of one channel. Output 0 lies $phase / $denominator after a sample of the input, each further
  ;; one $whole_step + $phase_step / $denominator samples later. Between two rows of the filter it is interpolated.
  (func (export "convolve")
    (param $rows i32)        ;; address of the row of phase 0
    (param $row_bytes i32)
    (param $phases i32)      ;; rows for one sample of the input
    (param $samples i32)     ;; address of the first sample under the row of output 0
    (param $phase i32) (param $denominator i32) (param $whole_step i32) (param $phase_step i32)
    (param $output i32) (param $count i32)
    (local $position i32) (local $between i32) (local $row i32) (local $end i32) (local $value f32)
    (local.set $end (i32.add (local.get $output) (i32.shl (local.get $count) (i32.const 2))))
    (block $done
      (loop $outputs
        (br_if $done (i32.eq (local.get $output) (local.get $end)))
        (local.set $position (i32.mul (local.get $phase) (local.get $phases)))
        (local.set $row (i32.add (local.get $rows)
          (i32.mul (local.get $row_bytes) (i32.div_u (local.get $position) (local.get $denominator)))))
        (local.set $between (i32.rem_u (local.get $position) (local.get $denominator)))
        (local.set $value (call $dot (local.get $row) (local.get $samples) (local.get $row_bytes)))
        (if (local.get $between)
          (then (local.set $value (f32.add (local.get $value) (f32.mul
            (f32.sub
              (call $dot
                (i32.add (local.get $row) (local.get $row_bytes)) (local.get $samples) (local.get $row_bytes))
              (local.get $value))
            (f32.div (f32.convert_i32_u (local.get $between)) (f32.convert_i32_u (local.get $denominator))))))))
        (f32.store (local.get $output) (local.get $value))
        (local.set $output (i32.add (local.get $output) (i32.const 4)))
        (local.set $samples (i32.add (local.get $samples) (i32.shl (local.get $whole_step) (i32.const 2))))
        (local.set $phase (i32.add (local.get $phase) (local.get $phase_step)))
        (if (i32.ge_u (local.get $phase) (local.get $denominator))
          (then
            (local.set $phase (i32.sub (local.get $phase) (local.get $denominator)))
            (local.set $samples (i32.add (local.get $samples) (i32.const 4)))))
        (br $outputs)))))
