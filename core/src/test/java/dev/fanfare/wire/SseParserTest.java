package dev.fanfare.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.spi.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The cases of the HTML standard and of the web platform's own tests of its format, one by one.
final class SseParserTest {
    private final List<SseEvent> events = new ArrayList<>();
    private final SseParser parser = new SseParser(1000, events::add);

    @Test
    void anEventHasItsNameDataAndId() {
        push("event: created\nid: 7\ndata: {}\n\n");
        assertThat(events).containsExactly(event("created", "{}", "7"));
    }

    @Test
    void linesOfDataAreJoinedByLineFeeds() {
        push("data: a\ndata\ndata:b\n\n");
        assertThat(events).containsExactly(event("message", "a\n\nb", ""));
    }

    @Test
    void emptyDataIsAnEvent() {
        push("data\n\ndata:\n\n");
        assertThat(events).containsExactly(event("message", "", ""), event("message", "", ""));
    }

    @Test
    void onlyOneSpaceAfterTheColonBelongsToTheFormat() {
        push("data:  a \n\n");
        assertThat(events).containsExactly(event("message", " a ", ""));
    }

    @Test
    void aByteOrderMarkMayBeginTheStreamOnce() {
        push("\uFEFFdata: a\n\n\uFEFFdata: b\n\n");
        assertThat(events).containsExactly(event("message", "a", ""));
    }

    @Test
    void theSecondOfTwoByteOrderMarksMakesAnUnknownField() {
        push("\uFEFF\uFEFFdata: a\n\ndata: b\n\n");
        assertThat(events).containsExactly(event("message", "b", ""));
    }

    @Test
    void linesEndWithAnyOfThreeLineEnds() {
        push("data: a\rdata: b\r\ndata: c\n\r\ndata: d\r\r");
        assertThat(events).containsExactly(event("message", "a\nb\nc", ""), event("message", "d", ""));
    }

    @Test
    void aLineEndMayBeCutInItsMiddle() {
        push("data: a\r");
        push("\n\r");
        push("\ndata: b\r");
        push("\n\n");
        assertThat(events).containsExactly(event("message", "a", ""), event("message", "b", ""));
    }

    @Test
    void anEventIsThereWithItsCarriageReturnAndDoesNotWaitForALineFeed() {
        push("data: a\r\r");
        assertThat(events).containsExactly(event("message", "a", ""));
    }

    @Test
    void commentsAndUnknownFieldsArePassedOver() {
        push(": hi\n:\ndata: a\nDATA: b\n data: c\nunknown\n\n");
        assertThat(events).containsExactly(event("message", "a", ""));
    }

    @Test
    void whatIsNotEndedByAnEmptyLineIsNoEvent() {
        push("data: a\n\ndata: b\n");
        assertThat(events).containsExactly(event("message", "a", ""));
    }

    @Test
    void anIdHoldsUntilTheNextOne() {
        push("id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n");
        assertThat(events)
                .containsExactly(event("message", "a", "1"), event("message", "b", "1"), event("message", "c", ""));
    }

    @Test
    void anIdWithANulIsPassedOver() {
        push("id: 1\ndata: a\n\nid: 2\0\ndata: b\n\n");
        assertThat(events).containsExactly(event("message", "a", "1"), event("message", "b", "1"));
    }

    @Test
    void anIdWithoutDataCountsForTheEventsThatFollow() {
        push("id: 9\nevent: ignored\n\ndata: a\n\n");
        assertThat(events).containsExactly(event("message", "a", "9"));
    }

    @Test
    void anEmptyNameIsNone() {
        push("event: a\nevent:\ndata: x\n\n");
        assertThat(events).containsExactly(event("message", "x", ""));
    }

    @Test
    void retryIsTakenWhenItIsANumber() {
        push("retry: 2871\nretry: 1e3\nretry: -1\nretry:\nretry: 12345678901234567890\n");
        assertThat(parser.retryMillis()).hasValue(2871);
    }

    @Test
    void whatIsNoUtf8IsReplacedInNamesAndLeftAsItIsInData() {
        parser.push(ByteBuffer.wrap(new byte[] {'e', 'v', 'e', 'n', 't', ':', (byte) 0xFF, '\n'}));
        parser.push(ByteBuffer.wrap(new byte[] {'d', 'a', 't', 'a', ':', (byte) 0xFF, '\n', '\n'}));
        assertThat(events).containsExactly(new SseEvent("\uFFFD", Bytes.copyOf(new byte[] {(byte) 0xFF}), ""));
    }

    @Test
    void anEventLargerThanAllowedIsRefusedWhetherInOneLineOrInMany() {
        assertThatThrownBy(() -> push("data: " + "x".repeat(1000))).isInstanceOf(IllegalStateException.class);
        SseParser another = new SseParser(1000, events::add);
        assertThatThrownBy(() -> another.push(bytes("data: 0123456789\n".repeat(100))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("1000 bytes");
    }

    @Test
    void theBoundIsOfOneEventNotOfTheStream() {
        push("data: 0123456789\n\n".repeat(1000));
        assertThat(events).hasSize(1000);
    }

    private void push(String text) {
        parser.push(bytes(text));
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static SseEvent event(String name, String data, String id) {
        return new SseEvent(name, Bytes.utf8(data), id);
    }
}
