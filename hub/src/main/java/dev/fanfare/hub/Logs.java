package dev.fanfare.hub;

import dev.fanfare.hub.config.Configuration;
import dev.fanfare.hub.config.Settings;
import dev.fanfare.hub.config.Settings.Output;
import dev.fanfare.hub.config.Settings.Severity;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/// Sends what the hub and its libraries log to one stream: lines of text, or JSON.
///
/// Threads: safe; the handler writes one record at a time.
final class Logs extends Handler {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneId.systemDefault());
    private static final SimpleFormatter FORMATTER = new SimpleFormatter();

    private final PrintStream out;
    private final boolean json;

    private Logs(PrintStream out, boolean json) {
        this.out = out;
        this.json = json;
    }

    static void configure(Shell shell, Configuration configuration) {
        LogManager.getLogManager().reset();
        Logger root = Logger.getLogger("");
        root.setLevel(level(configuration.get(Settings.LOG_LEVEL)));
        root.addHandler(new Logs(shell.err(), configuration.get(Settings.LOG_FORMAT) == Output.JSON));
    }

    private static Level level(Severity severity) {
        return switch (severity) {
            case ERROR -> Level.SEVERE;
            case WARNING -> Level.WARNING;
            case INFO -> Level.INFO;
            case DEBUG -> Level.FINE;
            case TRACE -> Level.FINER;
        };
    }

    private static String word(Level level) {
        if (level.intValue() >= Level.SEVERE.intValue()) {
            return "error";
        }
        if (level.intValue() >= Level.WARNING.intValue()) {
            return "warning";
        }
        if (level.intValue() >= Level.INFO.intValue()) {
            return "info";
        }
        return level.intValue() >= Level.FINE.intValue() ? "debug" : "trace";
    }

    @Override
    public synchronized void publish(LogRecord event) {
        if (isLoggable(event)) {
            out.print(json ? json(event) : text(event));
            out.flush();
        }
    }

    private static String text(LogRecord event) {
        return TIME.format(event.getInstant()) + " " + word(event.getLevel()) + " " + event.getLoggerName() + ": "
                + Printable.of(message(event)) + "\n" + trace(event);
    }

    private static String json(LogRecord event) {
        return JsonText.object(json -> {
                    json.put(
                                    "time",
                                    event.getInstant()
                                            .truncatedTo(ChronoUnit.MILLIS)
                                            .toString())
                            .put("level", word(event.getLevel()))
                            .put("logger", String.valueOf(event.getLoggerName()))
                            .put("message", message(event));
                    if (event.getThrown() != null) {
                        json.put("trace", trace(event));
                    }
                })
                + "\n";
    }

    private static String message(LogRecord event) {
        return FORMATTER.formatMessage(event);
    }

    private static String trace(LogRecord event) {
        if (event.getThrown() == null) {
            return "";
        }
        StringWriter trace = new StringWriter();
        event.getThrown().printStackTrace(new PrintWriter(trace));
        return trace.toString();
    }

    @Override
    public void flush() {
        out.flush();
    }

    @Override
    public void close() {
        flush();
    }
}
