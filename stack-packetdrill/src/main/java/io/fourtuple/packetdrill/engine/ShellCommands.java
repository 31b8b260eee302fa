package io.fourtuple.packetdrill.engine;

import io.fourtuple.packetdrill.script.UnsupportedFeatureException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Understands the commands of the shell that scripts use; none is ever run. */
final class ShellCommands {
    /** What scripts/common/defaults.sh of the Linux suite sets. */
    private static final List<Map.Entry<String, String>> LINUX_DEFAULTS = List.of(
            Map.entry("net.ipv4.tcp_rmem", "4096 540000 15728640"),
            Map.entry("net.ipv4.tcp_wmem", "4096 262144 4194304"),
            Map.entry("net.ipv4.tcp_timestamps", "1"),
            Map.entry("net.ipv4.tcp_syn_retries", "5"),
            Map.entry("net.ipv4.tcp_synack_retries", "5"),
            Map.entry("net.ipv4.tcp_frto", "2"),
            Map.entry("net.ipv4.tcp_sack", "1"),
            Map.entry("net.ipv4.tcp_dsack", "1"),
            Map.entry("net.ipv4.tcp_congestion_control", "cubic"),
            Map.entry("net.ipv4.tcp_slow_start_after_idle", "0"),
            Map.entry("net.ipv4.tcp_early_retrans", "4"),
            Map.entry("net.ipv4.tcp_recovery", "1"),
            Map.entry("net.ipv4.tcp_tso_win_divisor", "3"),
            Map.entry("net.ipv4.tcp_ecn", "0"),
            Map.entry("net.ipv4.tcp_notsent_lowat", "4294967295"),
            Map.entry("net.ipv4.tcp_fastopen", "0x70403"),
            Map.entry("net.ipv4.tcp_fastopen_key", "a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4"),
            Map.entry("net.ipv4.tcp_syncookies", "1"));

    private ShellCommands() {}

    /** What a command wants. */
    sealed interface Wish {
        /** To change a setting. */
        record Setting(String name, String value) implements Wish {}

        /**
         * To count the sockets in a state, and have a number.
         *
         * @param port of the local end; 0 for any
         */
        record Count(String state, int port, int number) implements Wish {}

        /** To forget what is known of peers. */
        record Forget() implements Wish {}

        /** To drop all connections in a state. */
        record Drop(String state) implements Wish {}

        /** The first, or the other when that cannot be had. */
        record Either(List<Wish> first, List<Wish> otherwise) implements Wish {}

        /** That the NIC cuts segments, or the stack does. */
        record Cuts(boolean nic) implements Wish {}

        /**
         * To look at counters, and not again at what they have counted so far.
         *
         * @param counter that has to have counted something since the last look; empty for none
         */
        record Counted(String counter) implements Wish {}

        /** That there is a file of so many zeroes, or none. */
        record Zeroes(String path, Optional<Long> octets) implements Wish {}
    }

    /**
     * What a command wants, in order; nothing when it only concerns what is not there.
     *
     * @throws UnsupportedFeatureException when that is not known
     */
    static List<Wish> understand(String command) {
        List<Wish> wishes = new ArrayList<>();
        String joined = command.replace("\\\n", " ");
        for (String line : joined.split("[\n;]|&&", -1)) {
            String trimmed = line.replaceAll("(^|\\s)#.*", "").trim();
            int or = trimmed.indexOf("||");
            if (or >= 0) {
                wishes.add(new Wish.Either(first(trimmed.substring(0, or)), understand(trimmed.substring(or + 2))));
            } else if (!trimmed.isEmpty()) {
                one(trimmed, wishes);
            }
        }
        return wishes;
    }

    private static List<Wish> first(String command) {
        List<Wish> wishes = new ArrayList<>();
        one(command.trim(), wishes);
        return wishes;
    }

    private static void one(String command, List<Wish> wishes) {
        String[] words = command.split("\\s+", -1);
        String program = words[0].substring(words[0].lastIndexOf('/') + 1);
        switch (program) {
            case "sysctl" -> settings(command.substring(words[0].length()), wishes);
            case "set_sysctls.py" -> settings(command.substring(words[0].length()), wishes);
            case "defaults.sh" -> LINUX_DEFAULTS.forEach(
                    entry -> wishes.add(new Wish.Setting(entry.getKey(), entry.getValue())));
            case "sockstat" -> wishes.add(count(command));
            case "tcpdrop" -> wishes.add(new Wish.Drop(words[words.length - 1]));
            case "ethtool" -> offloads(words, wishes);
            case "nstat" -> wishes.add(new Wish.Counted(counter(command)));
            case "rm" -> paths(words).forEach(path -> wishes.add(new Wish.Zeroes(path, Optional.empty())));
            case "dd" -> wishes.add(zeroes(command));
            case "tc", "sleep", "echo", "true" -> { } // queues of the device, which are none here
            default -> {
                boolean restores = program.startsWith("sysctl_restore");
                boolean flushes = command.startsWith("ip tcp_metrics flush");
                if (flushes) {
                    wishes.add(new Wish.Forget());
                } else if (!restores) {
                    throw new UnsupportedFeatureException("the command " + program);
                }
            }
        }
    }

    /** {@code name=value} and {@code name="several values"}; options are left out. */
    private static void settings(String text, List<Wish> wishes) {
        int at = 0;
        while (at < text.length()) {
            if (Character.isWhitespace(text.charAt(at))) {
                at++;
                continue;
            }
            int end = at;
            boolean quoted = false;
            while (end < text.length() && (quoted || !Character.isWhitespace(text.charAt(end)))) {
                quoted ^= text.charAt(end) == '"';
                end++;
            }
            String word = text.substring(at, end).replace("\"", "");
            at = end;
            int equals = word.indexOf('=');
            if (word.equals("&>") || word.equals(">")) {
                return; // what follows is a file
            }
            if (word.startsWith("-") || word.startsWith(">") || word.startsWith("2>") || word.startsWith("&>")) {
                continue;
            }
            if (equals < 0) {
                throw new UnsupportedFeatureException("the command sysctl " + word);
            }
            String name = word.substring(0, equals);
            String path = name.startsWith("/proc/sys/") ? name.substring("/proc/sys/".length()) : name;
            wishes.add(new Wish.Setting(path.replace('/', '.'), word.substring(equals + 1).trim()));
        }
    }

    /** {@code ethtool -K DEVICE tso off gso off}; others are about what comes in, or nothing that a host can see. */
    private static void offloads(String[] words, List<Wish> wishes) {
        if (words.length < 3 || !words[1].equals("-K")) {
            throw new UnsupportedFeatureException("the command " + String.join(" ", words));
        }
        for (int i = 3; i < words.length - 1; i += 2) {
            if (words[i].equals("tso")) {
                wishes.add(new Wish.Cuts(words[i + 1].equals("on")));
            }
        }
    }

    /** {@code nstat > FILE}, {@code nstat | grep NAME > FILE}. */
    private static String counter(String command) {
        String[] parts = command.replaceAll("\\d?>\\s*\\S+", " ").split("\\|", -1);
        if (parts.length == 1) {
            return "";
        }
        String[] words = parts[1].trim().split("\\s+", -1);
        if (parts.length > 2 || !words[0].equals("grep") || !words[words.length - 1].matches("[A-Z]\\w+")) {
            throw new UnsupportedFeatureException("the command " + command);
        }
        return words[words.length - 1];
    }

    private static List<String> paths(String... words) {
        return Arrays.stream(words).skip(1).filter(word -> !word.startsWith("-")).toList();
    }

    /** {@code dd if=/dev/zero of=FILE bs=N count=N}. */
    private static Wish zeroes(String command) {
        Map<String, String> operands = new TreeMap<>();
        for (String word : paths(command.split("\\s+", -1))) {
            int equals = word.indexOf('=');
            operands.put(word.substring(0, Math.max(0, equals)), word.substring(equals + 1));
        }
        boolean known = operands.getOrDefault("if", "").equals("/dev/zero") && operands.containsKey("of")
                && operands.getOrDefault("bs", "").matches("\\d{1,9}")
                && operands.getOrDefault("count", "").matches("\\d{1,9}");
        if (!known) {
            throw new UnsupportedFeatureException("the command " + command);
        }
        return new Wish.Zeroes(operands.get("of"),
                Optional.of(Long.parseLong(operands.get("bs")) * Long.parseLong(operands.get("count"))));
    }

    /** {@code sockstat … | grep -c STATE | grep N}. */
    private static Wish count(String command) {
        String state = "";
        int number = -1;
        int port = 0;
        for (String part : command.split("\\|", -1)) {
            String[] words = part.trim().split("\\s+", -1);
            for (int i = 1; i < words.length - 1; i++) {
                if (words[0].equals("sockstat") && words[i].equals("-p")) {
                    port = Integer.parseInt(words[i + 1]);
                }
                if (words[0].equals("grep") && words[i].equals("-c")) {
                    state = words[i + 1];
                }
            }
            if (words[0].equals("grep") && words[words.length - 1].matches("\\d+")) {
                number = Integer.parseInt(words[words.length - 1]);
            }
        }
        if (state.isEmpty() || number < 0) {
            throw new UnsupportedFeatureException("the command " + command);
        }
        return new Wish.Count(state, port, number);
    }
}
