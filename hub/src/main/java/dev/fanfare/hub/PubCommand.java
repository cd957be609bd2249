package dev.fanfare.hub;

import dev.fanfare.CloseReason;
import dev.fanfare.Event;
import dev.fanfare.InvalidValueException;
import dev.fanfare.Receipt;
import dev.fanfare.Topic;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Publishes a message to a topic, or each line of the input.
final class PubCommand implements Command {
    @Override
    public void describe(Syntax syntax) {
        syntax.name("pub", "Publishes a message to a topic.")
                .argument("TOPIC", "The topic, as orders/42.")
                .optionalArgument("MESSAGE", "A JSON value. Without it, each line of the input is published.")
                .flag("--text", "The message is plain text, not JSON.")
                .option("--event", "NAME", "Names the event.")
                .option("--key", "KEY", "Idempotency key: a repeated publish with the same key is stored once.")
                .flag("--snapshot", "Makes the message what late comers get first.")
                .flag("--conflate", "Lets a reader that is behind go without it when a later such event exists.")
                .option("--close", "REASON", "Closes the topic: this is its last event.")
                .settings(RemoteHub.SETTINGS)
                .footer("", "  fanfare pub orders/42 '{\"total\":12}' --event created");
    }

    @Override
    public Exit run(Call call) throws IOException {
        Optional<String> message = call.argument(1);
        try (RemoteHub hub = RemoteHub.of(call)) {
            Topic topic = hub.app().topic(call.required(0));
            if (message.isPresent()) {
                publish(call, topic, message.get());
            } else {
                publishLines(call, topic);
            }
        }
        return Exit.OK;
    }

    private static void publishLines(Call call, Topic topic) throws IOException {
        if (call.has("--key") || call.has("--close")) {
            throw new CommandFault(Exit.USAGE, "--key and --close are for one event: give its MESSAGE");
        }
        var lines = new BufferedReader(new InputStreamReader(call.shell().in(), StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            publish(call, topic, line);
        }
    }

    private static void publish(Call call, Topic topic, String message) {
        Receipt receipt = topic.publish(event(call, message));
        call.out().println(call.isJson() ? json(topic, receipt) : text(receipt));
    }

    private static String text(Receipt receipt) {
        return receipt.position() + "  " + receipt.durability().wireName() + (receipt.duplicate() ? "  duplicate" : "");
    }

    private static String json(Topic topic, Receipt receipt) {
        return JsonText.object(json -> {
            json.put("topic", topic.name())
                    .put("position", receipt.position().toString())
                    .put("durability", receipt.durability().wireName());
            if (receipt.duplicate()) {
                json.raw("duplicate", "true");
            }
        });
    }

    private static Event event(Call call, String message) {
        Event event = call.has("--text") ? Event.text(message) : json(message);
        event = call.option("--event").map(event::named).orElse(event);
        event = call.option("--key").map(event::withIdempotencyKey).orElse(event);
        event = call.has("--snapshot") ? event.asSnapshot() : event;
        event = call.has("--conflate") ? event.asConflatable() : event;
        return call.option("--close").map(CloseReason::new).map(event::closing).orElse(event);
    }

    private static Event json(String message) {
        try {
            return Event.json(message);
        } catch (InvalidValueException notJson) {
            throw new CommandFault(Exit.REFUSED, notJson.getMessage() + "; --text publishes it as text");
        }
    }
}
