package io.fourtuple.api.actor;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/**
 * Warnings and errors of everybody, while this is open: what an operator would see. Not those of the watchdog, who
 * speaks when the machine is busy.
 */
final class LogLines extends AppenderBase<ILoggingEvent> implements AutoCloseable {
    private static final String WATCHDOG = "io.fourtuple.nic.loop.LoopWatchdog";

    private final List<ILoggingEvent> events = new CopyOnWriteArrayList<>();
    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);

    LogLines() {
        start();
        root.addAppender(this);
    }

    @Override
    protected void append(ILoggingEvent event) {
        if (event.getLevel().isGreaterOrEqual(Level.WARN) && !event.getLoggerName().equals(WATCHDOG)) {
            events.add(event);
        }
    }

    List<ILoggingEvent> events() {
        return events;
    }

    List<String> texts() {
        return events.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    @Override
    public void close() {
        root.detachAppender(this);
        stop();
    }
}
