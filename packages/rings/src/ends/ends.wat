;; The hot half of an end of a ring: a block is copied into its place, or out of it, in one call. Everything that happens
;; once a batch (looking at the other end, publishing, releasing, laps, errors) stays in TypeScript, which opens a window:
;; a stretch of the ring in which nothing of that can come up. What does not fit the window is refused, and TypeScript
;; takes over. So this part holds no invariant of its own but: nothing outside the window is touched.
;;
;; Each end has an instance of its own, whose globals are its window; nothing of it can be reached from outside.
(module
  (import "e" "m" (memory 1 65536 shared))

  (global $kind (mut i32) (i32.const 0))     ;; 1 c, 2 p, 3 v, 4 d
  (global $at (mut i32) (i32.const 0))       ;; where the next record (d: index entry) is, as an offset in the memory
  (global $end (mut i32) (i32.const 0))      ;; where the window ends
  (global $sequence (mut i32) (i32.const 0)) ;; number of the next block
  (global $left (mut i32) (i32.const 0))     ;; blocks that may still be written
  (global $bytes (mut i32) (i32.const 0))    ;; bytes of the blocks written or read in this window
  (global $largest (mut i32) (i32.const 0))  ;; the largest block written in this window
  (global $record (mut i32) (i32.const 0))   ;; p: bytes of a slot
  (global $data (mut i32) (i32.const 0))     ;; d: writing: where the next data goes; reading: where the data begin
  (global $limit (mut i32) (i32.const 0))    ;; d: writing: where the window ends in the data; reading: capacity - 1
  (global $low (mut i32) (i32.const 0))      ;; d, writing: low word of the position of the next data
  (global $high (mut i32) (i32.const 0))     ;; d, writing: its other bits

  (func (export "open") (param $k i32) (param $a i32) (param $e i32) (param $s i32) (param $l i32)
    (global.set $kind (local.get $k))
    (global.set $at (local.get $a))
    (global.set $end (local.get $e))
    (global.set $sequence (local.get $s))
    (global.set $left (local.get $l))
    (global.set $bytes (i32.const 0))
    (global.set $largest (i32.const 0)))
  (func (export "slots") (param $r i32) (global.set $record (local.get $r)))
  (func (export "double") (param $d i32) (param $e i32) (param $lo i32) (param $hi i32)
    (global.set $data (local.get $d))
    (global.set $limit (local.get $e))
    (global.set $low (local.get $lo))
    (global.set $high (local.get $hi)))
  ;; Closes the window: nothing fits it any more. Where it has come to.
  (func (export "close") (result i32)
    (global.set $left (i32.const 0))
    (global.set $end (global.get $at))
    (global.get $at))
  (func (export "sequence") (result i32) (global.get $sequence))
  (func (export "bytes") (result i32) (global.get $bytes))
  (func (export "largest") (result i32) (global.get $largest))
  (func (export "data") (result i32) (global.get $data))

  (func $copy (export "copy") (param $to i32) (param $from i32) (param $n i32)
    (local $stop i32)
    (if (i32.gt_u (local.get $n) (i32.const 384))
      (then (memory.copy (local.get $to) (local.get $from) (local.get $n)) (return)))
    (if (i32.ge_u (local.get $n) (i32.const 16))
      (then
        ;; Steps of 16; the last one ends where the block ends and may overlap the one before.
        (local.set $stop (i32.add (local.get $from) (i32.sub (local.get $n) (i32.const 16))))
        (block $done
          (loop $more
            (br_if $done (i32.ge_u (local.get $from) (local.get $stop)))
            (v128.store align=1 (local.get $to) (v128.load align=1 (local.get $from)))
            (local.set $to (i32.add (local.get $to) (i32.const 16)))
            (local.set $from (i32.add (local.get $from) (i32.const 16)))
            (br $more)))
        (local.set $to (i32.sub (local.get $to) (i32.sub (local.get $from) (local.get $stop))))
        (v128.store align=1 (local.get $to) (v128.load align=1 (local.get $stop)))
        (return)))
    (if (i32.ge_u (local.get $n) (i32.const 8))
      (then
        (local.set $stop (i32.sub (local.get $n) (i32.const 8)))
        (i64.store align=1 (local.get $to) (i64.load align=1 (local.get $from)))
        (i64.store align=1 (i32.add (local.get $to) (local.get $stop))
          (i64.load align=1 (i32.add (local.get $from) (local.get $stop))))
        (return)))
    (block $done
      (loop $more
        (br_if $done (i32.eqz (local.get $n)))
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (i32.store8 (i32.add (local.get $to) (local.get $n))
          (i32.load8_u (i32.add (local.get $from) (local.get $n))))
        (br $more))))

  ;; Writes the block of $n bytes at $from. 1: done. 0: not within this window.
  (func (export "put") (param $from i32) (param $n i32) (result i32)
    (local $kind i32) (local $at i32) (local $size i32) (local $room i32) (local $data i32)
    (if (i32.eqz (global.get $left)) (then (return (i32.const 0))))
    (local.set $kind (global.get $kind))
    (local.set $at (global.get $at))
    (local.set $room (i32.sub (global.get $end) (local.get $at)))
    (block $written
      (block $record
        (if (i32.eq (local.get $kind) (i32.const 3))
          (then
            (local.set $size (i32.and (i32.add (local.get $n) (i32.const 15)) (i32.const -8)))
            (br $record)))
        (if (i32.eq (local.get $kind) (i32.const 2))
          (then
            (local.set $size (global.get $record))
            (if (i32.gt_u (i32.add (local.get $n) (i32.const 8)) (local.get $size)) (then (return (i32.const 0))))
            (br $record)))
        (if (i32.eq (local.get $kind) (i32.const 4))
          (then
            (local.set $data (global.get $data))
            (local.set $size (i32.const 16))
            (if (i32.gt_u (local.get $size) (local.get $room)) (then (return (i32.const 0))))
            (if (i32.gt_u (local.get $n) (i32.sub (global.get $limit) (local.get $data)))
              (then (return (i32.const 0))))
            (call $copy (local.get $data) (local.get $from) (local.get $n))
            (i32.store (local.get $at) (global.get $low))
            (i32.store offset=4 (local.get $at) (global.get $high))
            (i32.store offset=8 (local.get $at) (local.get $n))
            (i32.store offset=12 (local.get $at) (global.get $sequence))
            (global.set $data (i32.add (local.get $data) (local.get $n)))
            (global.set $low (i32.add (global.get $low) (local.get $n)))
            (br $written)))
        (local.set $size (local.get $n))
        (if (i32.gt_u (local.get $n) (local.get $room)) (then (return (i32.const 0))))
        (if (i32.eqz (local.get $n)) (then (return (i32.const 1))))
        (call $copy (local.get $at) (local.get $from) (local.get $n))
        (br $written))
      ;; v and p: the header of 8 bytes, then the block.
      (if (i32.gt_u (local.get $size) (local.get $room)) (then (return (i32.const 0))))
      (i32.store (local.get $at) (local.get $n))
      (i32.store offset=4 (local.get $at) (global.get $sequence))
      (call $copy (i32.add (local.get $at) (i32.const 8)) (local.get $from) (local.get $n)))
    (global.set $at (i32.add (local.get $at) (local.get $size)))
    (global.set $sequence (i32.add (global.get $sequence) (i32.const 1)))
    (global.set $left (i32.sub (global.get $left) (i32.const 1)))
    (global.set $bytes (i32.add (global.get $bytes) (local.get $n)))
    (if (i32.gt_u (local.get $n) (global.get $largest))
      (then (global.set $largest (local.get $n))))
    (i32.const 1))

  ;; Copies the next block to $to, where there are $room bytes. Its length, or -1: not within this window.
  ;; Whatever the producer wrote is loaded once and checked: nothing outside the ring is read.
  (func (export "take") (param $to i32) (param $room i32) (result i32)
    (local $kind i32) (local $at i32) (local $size i32) (local $n i32) (local $from i32) (local $rest i32)
    (local.set $kind (global.get $kind))
    (local.set $at (global.get $at))
    (local.set $rest (i32.sub (global.get $end) (local.get $at)))
    (if (i32.eqz (local.get $rest)) (then (return (i32.const -1))))
    (block $found
      (if (i32.eq (local.get $kind) (i32.const 4))
        (then
          (local.set $size (i32.const 16))
          (if (i32.gt_u (local.get $size) (local.get $rest)) (then (return (i32.const -1))))
          (local.set $n (i32.load offset=8 (local.get $at)))
          (if (i32.or
                (i32.ne (i32.load offset=12 (local.get $at)) (global.get $sequence))
                (i32.shr_u (i32.load offset=4 (local.get $at)) (i32.const 20)))
            (then (return (i32.const -1))))
          (local.set $from (i32.and (i32.load (local.get $at)) (global.get $limit)))
          ;; Both are below 2^31 where this is taken, so the sum does not wrap.
          (if (i32.or
                (i32.shr_u (local.get $n) (i32.const 30))
                (i32.gt_u (i32.add (local.get $from) (local.get $n))
                  (i32.add (global.get $limit) (i32.const 1))))
            (then (return (i32.const -1))))
          (local.set $from (i32.add (local.get $from) (global.get $data)))
          (br $found)))
      (if (i32.eq (local.get $kind) (i32.const 1))
        (then
          (local.set $n (select (local.get $room) (local.get $rest) (i32.lt_u (local.get $room) (local.get $rest))))
          (local.set $size (local.get $n))
          (local.set $from (local.get $at))
          (br $found)))
      (if (i32.lt_u (local.get $rest) (i32.const 8)) (then (return (i32.const -1))))
      (local.set $n (i32.load (local.get $at)))
      ;; Padding, and blocks that are continued, are TypeScript's.
      (if (i32.or
            (i32.ne (i32.load offset=4 (local.get $at)) (global.get $sequence))
            (i32.shr_u (local.get $n) (i32.const 30)))
        (then (return (i32.const -1))))
      (local.set $size
        (select (i32.and (i32.add (local.get $n) (i32.const 15)) (i32.const -8)) (global.get $record)
          (i32.eq (local.get $kind) (i32.const 3))))
      (if (i32.or
            (i32.gt_u (local.get $size) (local.get $rest))
            (i32.gt_u (i32.add (local.get $n) (i32.const 8)) (local.get $size)))
        (then (return (i32.const -1))))
      (local.set $from (i32.add (local.get $at) (i32.const 8))))
    (if (i32.gt_u (local.get $n) (local.get $room)) (then (return (i32.const -1))))
    (call $copy (local.get $to) (local.get $from) (local.get $n))
    (global.set $at (i32.add (local.get $at) (local.get $size)))
    (global.set $sequence (i32.add (global.get $sequence) (i32.const 1)))
    (global.set $bytes (i32.add (global.get $bytes) (local.get $n)))
    (local.get $n)))
