package io.fourtuple.benchmarks.interop;

/** Who sends to whom. The data always cross the same two TAP devices. */
enum Way {
    /** The kernel of namespace A to that of namespace B: what the others are compared with. */
    KERNEL_TO_KERNEL("kernel to kernel"),
    /** This stack, at home beside the kernel of namespace A, to the kernel of namespace B. */
    OURS_TO_KERNEL("ours to kernel"),
    /** The kernel of namespace B to this stack. */
    KERNEL_TO_OURS("kernel to ours");

    private final String title;

    Way(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }
}
