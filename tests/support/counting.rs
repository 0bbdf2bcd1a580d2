//! The system's allocator, counting for each thread.

use std::alloc::{GlobalAlloc, Layout, System};

use crate::face::{ALLOCATIONS, without_allocation};

struct Counting;

#[global_allocator]
static COUNTING: Counting = Counting;

// SAFETY: everything is handed on to the system's allocator; the counter is a plain cell without a destructor.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: handed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: handed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[test]
fn the_allocator_counts() {
    let outcome =
        std::panic::catch_unwind(|| without_allocation(|| std::hint::black_box(Box::new(7))));
    let message = *outcome
        .expect_err("a box allocates")
        .downcast::<String>()
        .expect("a message");
    assert!(message.contains("a call allocated"), "{message}");
}
