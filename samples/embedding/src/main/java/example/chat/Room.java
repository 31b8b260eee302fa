package example.chat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/** Who is there, and what everybody sees. One actor, so that all see the same in the same order. */
final class Room extends AbstractBehavior<Room.Command> {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,16}");
    private static final String NO_NAME = "";

    /** What a connection tells the room. Its screen stands for it. */
    sealed interface Command {
        /** It is there. */
        record Connected(Screen screen) implements Command {}

        /**
         * Somebody typed a line.
         *
         * @param taken gets an answer when the next one may come
         */
        record Typed(Screen screen, String line, ActorRef<Done> taken) implements Command {}

        /** It will type no more. */
        record Gone(Screen screen) implements Command {}
    }

    private final int connections;
    /** In the order in which they came; a name is empty until it is chosen. */
    private final Map<Screen, String> names = new LinkedHashMap<>();

    private Room(ActorContext<Command> context, int connections) {
        super(context);
        this.connections = connections;
    }

    /**
     * An empty room.
     *
     * @param connections how many fit in
     */
    static Behavior<Command> create(int connections) {
        return Behaviors.setup(context -> new Room(context, connections));
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder().onMessage(Command.class, this::on).build();
    }

    private Behavior<Command> on(Command command) {
        switch (command) {
            case Command.Connected(var screen) -> connected(screen);
            case Command.Typed(var screen, var line, var taken) -> {
                if (names.containsKey(screen)) {
                    typed(screen, line);
                }
                taken.tell(Done.getInstance());
            }
            case Command.Gone(var screen) -> leave(screen);
        }
        return this;
    }

    private void connected(Screen screen) {
        if (names.size() == connections) {
            screen.show("The room is full.");
            screen.end();
        } else {
            names.put(screen, NO_NAME);
            screen.show("Who are you?");
        }
    }

    private void typed(Screen screen, String line) {
        String name = names.get(screen);
        if (line.isBlank()) {
            return;
        }
        if (line.equals("/quit")) {
            screen.show("Bye.");
            leave(screen);
        } else if (name.equals(NO_NAME)) {
            choose(screen, line);
        } else if (line.equals("/who")) {
            show(List.of(screen), here());
        } else {
            show(everybody(), name + ": " + line);
        }
    }

    private void choose(Screen screen, String name) {
        if (!NAME.matcher(name).matches()) {
            show(List.of(screen), "A name is 1 to 16 letters, digits, \"_\" and \"-\". Who are you?");
        } else if (names.containsValue(name)) {
            show(List.of(screen), name + " is here already. Who are you?");
        } else {
            show(everybody(), "* " + name + " joined");
            names.put(screen, name);
            show(List.of(screen), "Welcome, " + name + ". " + here());
        }
    }

    private String here() {
        return names.values().stream()
                .filter(name -> !name.equals(NO_NAME))
                .collect(Collectors.joining(", ", "Here: ", "."));
    }

    private List<Screen> everybody() {
        return names.entrySet().stream()
                .filter(entry -> !entry.getValue().equals(NO_NAME))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** What is on the screen already is still read. */
    private void leave(Screen screen) {
        String name = names.remove(screen);
        if (name != null) {
            screen.end();
            tellOthers(name, "left");
        }
    }

    private void tellOthers(String name, String what) {
        if (!name.equals(NO_NAME)) {
            show(everybody(), "* " + name + " " + what);
        }
    }

    /** Nobody waits for a slow reader: whose screen is full is cut off, which the others are told. */
    private void show(List<Screen> screens, String line) {
        Deque<Screen> slow = new ArrayDeque<>();
        for (Screen screen : screens) {
            if (!screen.show(line)) {
                slow.add(screen);
            }
        }
        for (Screen screen : slow) {
            String name = names.remove(screen);
            if (name != null) {
                screen.cutOff();
                tellOthers(name, "reads too slowly");
            }
        }
    }
}
