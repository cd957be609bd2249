package dev.fanfare.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.CloseReason;
import dev.fanfare.Delivery;
import dev.fanfare.InvalidValueException;
import dev.fanfare.Position;
import dev.fanfare.Received;
import dev.fanfare.jobs.JobState;
import dev.fanfare.jobs.JobStatus;
import dev.fanfare.jobs.JobUpdate;
import dev.fanfare.spi.Bytes;
import dev.fanfare.spi.StoredEvent;
import dev.fanfare.spi.TopicName;
import java.time.Instant;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

/// What a hub writes, a client reads: the same delivery, and the same JSON again.
final class DeliveryReaderTest {
    @Property(tries = 300)
    void anEventIsReadAsItWasWritten(@ForAll("events") Received written) {
        Received read = (Received) delivery(written.json());
        assertThat(read.topic()).isEqualTo(written.topic());
        assertThat(read.position()).isEqualTo(written.position());
        assertThat(read.eventName()).isEqualTo(written.eventName());
        assertThat(read.message()).isEqualTo(written.message());
        assertThat(read.publishedAt()).isEqualTo(written.publishedAt());
        assertThat(read.isSnapshot()).isEqualTo(written.isSnapshot());
        assertThat(read.conflated()).isEqualTo(written.conflated());
        assertThat(read.isAfterGap()).isEqualTo(written.isAfterGap());
        assertThat(read.missed()).isEqualTo(written.missed());
        assertThat(read.json()).isEqualTo(written.json());
    }

    @Property(tries = 300)
    void aJobUpdateIsReadAsItWasWritten(@ForAll("jobUpdates") Received written) {
        Received read = (Received) delivery(written.json());
        assertThat(JobUpdate.of(read)).isEqualTo(JobUpdate.of(written));
        assertThat(read.json()).isEqualTo(written.json());
    }

    @Property(tries = 300)
    void aGapIsReadAsItWasWritten(@ForAll("gaps") Delivery.Gap written) {
        assertThat(delivery(written.json())).isEqualTo(written);
    }

    @Property(tries = 300)
    void anEndIsReadAsItWasWritten(
            @ForAll("topics") String topic, @ForAll("reasons") String reason, @ForAll("positions") Position position) {
        Delivery.Ended written = new Delivery.Ended(topic, new CloseReason(reason), position);
        assertThat(delivery(written.json())).isEqualTo(written);
    }

    @Example
    void noticesOfTheHubAreRead() {
        assertThat(read("{\"type\":\"subscribed\",\"position\":\"v1.x\"}")).isEqualTo(new Notice.Subscribed("v1.x"));
        assertThat(read("{\"type\":\"degraded\",\"code\":\"store_unavailable\"}"))
                .isEqualTo(new Notice.Degraded("store_unavailable"));
        assertThat(read("{\"type\":\"recovered\"}")).isEqualTo(new Notice.Recovered());
        assertThat(read("{\"type\":\"refused\",\"code\":\"overloaded\",\"retry_after_ms\":3000}"))
                .isEqualTo(new Notice.Refused("overloaded", "", 3000));
    }

    @Example
    void whatALaterProtocolSaysIsPassedOver() {
        assertThat(read("{\"type\":\"moved\",\"to\":[1]}")).isEqualTo(new Notice.Unknown("moved"));
        assertThat(read("{\"type\":\"recovered\",\"after\":{\"seconds\":1}}")).isEqualTo(new Notice.Recovered());
    }

    @Example
    void whatIsNotOfTheProtocolIsRefusedWithItsFault() {
        refused("[]", "not a JSON object");
        refused("{}", "\"type\" is missing");
        refused("{\"type\":\"event\"", "not JSON");
        refused("{\"type\":\"recovered\"} {}", "more than one");
        refused("{\"type\":7}", "\"type\" is not a string");
        refused("{\"type\":\"end\",\"topic\":\"a\",\"reason\":\"x\",\"position\":\"7\"}", "not a position: \"7\"");
        refused("{\"type\":\"gap\",\"topic\":\"a\",\"cause\":\"bored\"}", "not a cause of a gap: \"bored\"");
        refused("{\"type\":\"event\",\"topic\":\"a\",\"message\":1,\"published_at\":\"noon\"}", "not a time: \"noon\"");
    }

    @Provide
    Arbitrary<Received> events() {
        Arbitrary<@Nullable String> names =
                Arbitraries.of("created", "with \"quotes\"", "é🎉").injectNull(0.3);
        Arbitrary<String> plain = topics().filter(topic -> !TopicName.isJob(topic));
        return Combinators.combine(plain, positions(), times(), names, messages(), marks())
                .as((topic, position, at, name, message, mark) ->
                        mark.on(Received.of(topic, event(position, at, name, Json.minify(Bytes.utf8(message))))));
    }

    @Provide
    Arbitrary<Received> jobUpdates() {
        return Combinators.combine(positions(), times(), states(), marks())
                .as((position, at, state, mark) ->
                        mark.on(Received.of("$jobs/import/42", event(position, at, null, state.json()))));
    }

    @Provide
    Arbitrary<Delivery.Gap> gaps() {
        Arbitrary<OptionalLong> missed =
                Arbitraries.longs().between(0, 1L << 60).injectNull(0.2).map(DeliveryReaderTest::optional);
        return Combinators.combine(topics(), Arbitraries.of(Delivery.Cause.class), missed, positions(), positions())
                .as(Delivery.Gap::new);
    }

    @Provide
    Arbitrary<String> topics() {
        return Arbitraries.of(
                "a", "orders/42", "größe/日本", "$jobs/import-42", "$jobs/a/b", "with \"quotes\"", "back\\slash");
    }

    @Provide
    Arbitrary<String> reasons() {
        return Arbitraries.of("complete", "dropped", "closing time", "\"quoted\"", "fin 🎉");
    }

    @Provide
    Arbitrary<Position> positions() {
        Arbitrary<Long> counts = Arbitraries.longs().between(1, Long.MAX_VALUE);
        return Combinators.combine(counts, counts, Arbitraries.integers()).as(Position::new);
    }

    private static Arbitrary<Instant> times() {
        return Arbitraries.longs().between(0, 4_000_000_000_000L).map(Instant::ofEpochMilli);
    }

    private static Arbitrary<String> messages() {
        return Arbitraries.of(
                "null",
                "true",
                "0",
                "-1.50e+7",
                "12345678901234567890123",
                "\"\"",
                "\"CR\\r\\nLF \\u0000 NUL\"",
                "\"🎉\"",
                "\"ישר\u202e\"",
                "\"\uFEFF\"",
                "\"\\ud83c\\udf89 \\/\"",
                "[]",
                "{}",
                "[1, 2 ,{\"a\" : [true,false,null]}]",
                "{\"type\":\"end\",\"missed\":1,\"}\":\"{\"}",
                "\"" + "x".repeat(9000) + "é\"");
    }

    private static Arbitrary<JobState> states() {
        Arbitrary<OptionalDouble> progress = Arbitraries.of(0.0, 0.1, 1.0 / 3, 1.0)
                .injectNull(0.2)
                .map(p -> p == null ? OptionalDouble.empty() : OptionalDouble.of(p));
        Arbitrary<@Nullable String> texts =
                Arbitraries.of("half", "\"quoted\",\"attempt\":9", "é🎉\r\n").injectNull(0.3);
        Arbitrary<@Nullable Bytes> results = messages().map(Bytes::utf8).injectNull(0.3);
        return Combinators.combine(
                        Arbitraries.of(JobStatus.class),
                        progress,
                        texts,
                        results,
                        texts,
                        Arbitraries.integers().between(1, 99))
                .as(JobState::new);
    }

    /// How a reader is told of what it did not get.
    private record Mark(boolean snapshot, int conflated, boolean afterGap, OptionalLong missed) {
        Received on(Received received) {
            Received marked = received.afterConflating(conflated);
            marked = afterGap ? marked.afterMissing(missed) : marked;
            return snapshot ? marked.asSnapshot() : marked;
        }
    }

    private static Arbitrary<Mark> marks() {
        Arbitrary<OptionalLong> missed =
                Arbitraries.longs().between(0, 1L << 40).injectNull(0.3).map(DeliveryReaderTest::optional);
        return Combinators.combine(
                        Arbitraries.of(true, false), Arbitraries.of(0, 1, 4711), Arbitraries.of(true, false), missed)
                .as(Mark::new);
    }

    private static OptionalLong optional(@Nullable Long value) {
        return value == null ? OptionalLong.empty() : OptionalLong.of(value);
    }

    private static StoredEvent event(Position position, Instant at, @Nullable String name, Bytes message) {
        return new StoredEvent(position.epoch(), position.offset(), 0, position.tag(), 0, at, name, false, message);
    }

    private static Delivery delivery(Bytes json) {
        return ((Notice.Delivered) DeliveryReader.read(json)).delivery();
    }

    private static Notice read(String json) {
        return DeliveryReader.read(Bytes.utf8(json));
    }

    private static void refused(String json, String fault) {
        assertThatThrownBy(() -> read(json))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining(fault);
    }
}
