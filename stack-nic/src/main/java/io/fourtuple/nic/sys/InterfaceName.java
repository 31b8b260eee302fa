package io.fourtuple.nic.sys;

import java.nio.charset.StandardCharsets;

/** What a network interface of Linux may be called. */
public final class InterfaceName {
    /** IFNAMSIZ - 1 of netdevice(7), in octets. */
    public static final int MAX = 15;

    private InterfaceName() {}

    /**
     * Does nothing for a name that an interface may have.
     *
     * @param kind what is called so, with its article
     * @throws IllegalArgumentException for another, with a sentence that says what is allowed
     */
    public static void check(String name, String kind) {
        int length = name.getBytes(StandardCharsets.UTF_8).length;
        if (length == 0 || length > MAX) {
            throw new IllegalArgumentException("the name of " + kind + " has 1 to " + MAX + " octets, \"" + name
                    + "\" has " + length + ": choose another");
        }
        if (name.equals(".") || name.equals("..") || !name.chars().allMatch(InterfaceName::isAllowed)) {
            throw new IllegalArgumentException("\"" + name + "\" is no name for " + kind
                    + ": choose one of letters, digits, '.', '_' and '-'");
        }
    }

    private static boolean isAllowed(int c) {
        return c < 128 && (Character.isLetterOrDigit(c) || c == '.' || c == '_' || c == '-');
    }
}
