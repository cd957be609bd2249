package dev.fanfare.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.CloseReason;
import dev.fanfare.Delivery;
import dev.fanfare.Position;
import dev.fanfare.Received;
import dev.fanfare.spi.Bytes;
import dev.fanfare.spi.StoredEvent;
import java.time.Instant;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SseWriterTest {
    private static final Position POSITION = new Position(71, 7, 0x0a1b2c3d);

    private final SseWriter writer = new SseWriter();

    @Test
    void anEventWithoutANameHasNoEventLine() {
        assertThat(written(writer.event(null, Bytes.utf8("1"), "1-1-00000001")))
                .isEqualTo("data: 1\nid: 1-1-00000001\n\n");
    }

    @Test
    void anEventWithANameCarriesIt() {
        assertThat(written(writer.event("created", Bytes.utf8("1"), null))).isEqualTo("event: created\ndata: 1\n\n");
    }

    @Test
    void aDeliveryIsItsJsonUnderThePublishersName() {
        var event =
                new StoredEvent(71, 7, 6, 0x0a1b2c3d, 9, Instant.EPOCH, "created", false, Bytes.utf8("{\"total\":12}"));

        String frame = written(writer.delivery(Received.of("orders/42", event), POSITION.toString()));

        assertThat(frame)
                .isEqualTo("event: created\n"
                        + "data: {\"type\":\"event\",\"topic\":\"orders/42\",\"event\":\"created\",\"message\":{\"total\":12},"
                        + "\"published_at\":\"1970-01-01T00:00:00.000Z\",\"position\":\"1z-7-0a1b2c3d\"}\n"
                        + "id: 1z-7-0a1b2c3d\n\n");
    }

    @Test
    void gapsAndEndsCarryTheirOwnNames() {
        var gap = new Delivery.Gap("a", Delivery.Cause.TRUNCATED, OptionalLong.of(3), Position.NONE, POSITION);
        var end = new Delivery.Ended("a", CloseReason.DROPPED, POSITION);

        assertThat(written(writer.delivery(gap, null).delivery(end, "x")))
                .isEqualTo("event: gap\ndata: " + gap.json().utf8() + "\n\nevent: end\ndata: "
                        + end.json().utf8() + "\nid: x\n\n");
    }

    @Test
    void aRetryAndAHeartbeatAreNoEvents() {
        assertThat(written(writer.retry(2871).heartbeat())).isEqualTo("retry: 2871\n\n:\n\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\nb", "a\rb", "a\r\nb"})
    void dataWithALineBreakBecomesSeveralLines(String data) {
        assertThat(written(writer.event(null, Bytes.utf8(data), null))).isEqualTo("data: a\ndata: b\n\n");
    }

    @Test
    void dataThatEndsWithALineBreakKeepsIt() {
        assertThat(written(writer.event(null, Bytes.utf8("a\n"), null))).isEqualTo("data: a\ndata: \n\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\nb", "a\rb", "a\0b", "a\u0085b"})
    void aNameOrIdThatWouldBreakItsLineIsRefused(String line) {
        assertThatThrownBy(() -> writer.event(line, Bytes.utf8("1"), null))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> writer.event(null, Bytes.utf8("1"), line))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void clearingBeginsAnewAlsoAfterALargeEvent() {
        writer.event(null, Bytes.owning(new byte[1 << 20]), null);

        assertThat(written(writer.clear().heartbeat())).isEqualTo(":\n\n");
    }

    @Test
    void copiesToAnyPlace() {
        byte[] target = new byte[5];

        writer.heartbeat().copyTo(target, 2);

        assertThat(target).containsExactly(0, 0, ':', '\n', '\n');
        assertThat(writer.length()).isEqualTo(3);
    }

    private static String written(SseWriter writer) {
        return writer.toBytes().utf8();
    }
}
