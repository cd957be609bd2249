package dev.fanfare.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fanfare.Position;
import dev.fanfare.contract.RecordingListener.News;
import dev.fanfare.spi.AppendResult;
import dev.fanfare.spi.Head;
import dev.fanfare.spi.StoredEvent;
import dev.fanfare.spi.TopicName;
import dev.fanfare.spi.TopicPage;
import dev.fanfare.spi.TopicView;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// How the topics of an app are found, told of and forgotten, and how apps stay apart.
interface AppRules extends BackendUnderTest {
    private static TopicName shop(String name) {
        return new TopicName("shop", name);
    }

    private static TopicName office(String name) {
        return new TopicName("office", name);
    }

    @Test
    default void appsWithTheSameTopicsDoNotTouchEachOther() {
        Position ours = node().publish(shop("a"), "ours");
        Position theirs = node().publish(office("a"), "theirs");
        node().accept(Draft.drop(office("a")));
        node().accept(Draft.close(office("b"), "done"));

        assertThat(ours.epoch()).isNotEqualTo(theirs.epoch());
        assertThat(node().messages(shop("a"))).containsExactly("ours");
        assertThat(node().names("shop")).containsExactly("a");
        assertThat(node().names("office")).containsExactly("b");
    }

    @Test
    default void appsAndTopicsAreNeverJoinedIntoOneText() {
        List<TopicName> alike = List.of(
                new TopicName("a_b", "c"),
                new TopicName("a", "b_c"),
                new TopicName("a.b", "c"),
                new TopicName("a", "b.c"),
                new TopicName("A", "b_c"),
                new TopicName("a-b", "c"),
                new TopicName("a", "b-c"),
                new TopicName("a", "b/c"));
        alike.forEach(topic -> node().publish(topic, topic.toString()));

        assertThat(alike).allSatisfy(topic -> assertThat(node().messages(topic)).containsExactly(topic.toString()));
    }

    @Test
    default void topicsAreListedByTheBytesOfTheirNames() {
        List<String> names = new ArrayList<>(List.of("b", "a", "B", "a/b", "a b", "é", "z", "🎺", "日", "～", "10", "9"));
        names.forEach(name -> node().publish(shop(name), "x"));
        Comparator<String> byBytes = (left, right) ->
                Arrays.compareUnsigned(left.getBytes(StandardCharsets.UTF_8), right.getBytes(StandardCharsets.UTF_8));
        names.sort(byBytes);

        assertThat(node().names("shop")).isEqualTo(names);
        assertThat(node().list("shop", "", 1)).extracting(TopicPage.Entry::name).isEqualTo(names);
    }

    @Test
    default void aPrefixIsTakenLiterally() {
        List.of("a_c", "abc", "a%c", "a/c", "a\\c", "A_c", "b").forEach(name -> node().publish(shop(name), "x"));

        assertThat(node().list("shop", "a_", 10))
                .extracting(TopicPage.Entry::name)
                .containsExactly("a_c");
        assertThat(node().list("shop", "a%", 10))
                .extracting(TopicPage.Entry::name)
                .containsExactly("a%c");
        assertThat(node().list("shop", "a\\", 10))
                .extracting(TopicPage.Entry::name)
                .containsExactly("a\\c");
        assertThat(node().list("shop", "a/", 10))
                .extracting(TopicPage.Entry::name)
                .containsExactly("a/c");
        assertThat(node().list("shop", "x", 10)).isEmpty();
    }

    @Test
    default void aListTellsTheHeadsOfOpenAndClosedTopics() {
        node().publish(shop("open"), "x");
        node().accept(Draft.close(shop("closed"), "done"));
        node().publish(shop("dropped"), "x");
        node().accept(Draft.drop(shop("dropped")));
        node().publish(TopicName.ofJob("shop", "import-42"), "x");

        List<TopicPage.Entry> entries = node().list("shop", "", 2);
        assertThat(entries).extracting(TopicPage.Entry::name).containsExactly("$jobs/import-42", "closed", "open");
        assertThat(entries).allSatisfy(entry -> assertThat(entry.head()).isEqualTo(node().head(shop(entry.name()))));
        assertThat(entries.get(1).head().state()).isEqualTo(Head.State.CLOSED);
    }

    @Test
    default void aListTellsTheStoresTime() {
        node().publish(TOPIC, "a");
        TopicPage page = Await.result(node().backend().list("shop", "", null, 10));
        assertThat(page.asOf()).isAfterOrEqualTo(node().head(TOPIC).changed());

        elapse(Policies.MOMENT);
        assertThat(Await.result(node().backend().list("shop", "", null, 10)).asOf())
                .isAfter(page.asOf());
    }

    @Test
    default void tenThousandTopicsAreListedWholeWhileOthersComeAndGo() {
        int topics = rounds();
        List<String> stable = IntStream.range(0, topics)
                .mapToObj(i -> "stable/%06d".formatted(i))
                .toList();
        Set<String> stableNames = new HashSet<>(stable);
        for (int from = 0; from < topics; from += 500) {
            node().append(stable.subList(from, Math.min(from + 500, topics)).stream()
                    .map(name -> Draft.to(shop(name), "x"))
                    .toList());
        }
        CompletableFuture<Void> others = Crowd.spawn("others", () -> {
            for (int i = 0; i < 300; i++) {
                node().publish(shop("other/" + i % 10), "x");
                node().append(Draft.drop(shop("other/" + i % 10)));
                node().publish(shop("stable/%06d/more".formatted(i)), "x");
            }
            return null;
        });
        for (int round = 0; round < 3; round++) {
            List<String> listed = node().list("shop", "", 333).stream()
                    .map(TopicPage.Entry::name)
                    .toList();
            assertThat(listed).doesNotHaveDuplicates();
            assertThat(listed.stream().filter(stableNames::contains)).hasSize(topics);
        }
        Await.result(others);
    }

    @Test
    default void manyTopicsAreAttachedAtOnceAndEachTellsItsNews() {
        int topics = rounds();
        List<TopicName> all =
                IntStream.range(0, topics).mapToObj(i -> shop("topic-" + i)).toList();
        Await.result(node().backend().attach(all));
        List<AppendResult> results =
                node().append(all.stream().map(topic -> Draft.to(topic, "x")).toList());
        Map<TopicName, Position> announced = new HashMap<>();
        Await.until(node().news(), () -> node().news().all().size() >= topics, "news of all topics");
        for (News news : node().news().all()) {
            News.Advanced advanced = (News.Advanced) news;
            announced.put(advanced.topic(), advanced.atLeast().position());
        }

        for (int i = 0; i < topics; i++) {
            Position stored = ((AppendResult.Accepted) results.get(i)).position();
            assertThat(announced.get(all.get(i))).isEqualTo(stored);
        }
    }

    @Test
    default void aWatchedAppAnnouncesTheTopicsThatBeginALife() {
        node().publish(shop("older"), "x");
        Await.result(node().backend().watch("shop"));
        node().publish(office("elsewhere"), "x");
        node().publish(shop("new"), "x");
        node().publish(shop("new"), "y");
        node().accept(Draft.close(shop("brief"), "done"));
        node().publish(TopicName.ofJob("shop", "import-42"), "x");
        List<TopicName> begun = List.of(shop("new"), shop("brief"), TopicName.ofJob("shop", "import-42"));
        begun.forEach(node().news()::awaitAppearance); // topics have no order among themselves

        assertThat(node().news().all())
                .containsExactlyInAnyOrderElementsOf(
                        begun.stream().map(News.Appeared::new).toList());
    }

    @Test
    default void aNewLifeIsAnotherAppearance() {
        Await.result(node().backend().watch("shop"));
        node().publish(TOPIC, "x");
        node().accept(Draft.drop(TOPIC));
        node().publish(TOPIC, "x");
        Await.until(node().news(), () -> node().news().all().size() == 2, "two appearances");

        assertThat(node().news().all()).containsOnly(new News.Appeared(TOPIC));
    }

    @Test
    default void anAppThatIsNoLongerWatchedIsSilent() {
        Await.result(node().backend().watch("shop"));
        Await.result(node().backend().watch("office"));
        node().backend().unwatch("shop");
        node().publish(shop("new"), "x");
        node().publish(office("new"), "x");
        node().news().awaitAppearance(office("new"));

        assertThat(node().news().all()).containsExactly(new News.Appeared(office("new")));
    }

    @Test
    default void aPurgedAppIsForgottenAndItsNamesAreFree() {
        Position old = node().publish(shop("a"), "x");
        node().accept(Draft.close(shop("b"), "done"));
        node().accept(Draft.to(shop("c"), "x").withKey("key"));
        node().publish(office("a"), "stays");
        Await.result(node().backend().purge("shop"));

        assertThat(node().names("shop")).isEmpty();
        List.of("a", "b", "c")
                .forEach(name -> assertThat(node().read(shop(name))).isEqualTo(TopicView.ABSENT));
        assertThat(node().messages(office("a"))).containsExactly("stays");

        Position fresh =
                node().accept(Draft.to(shop("a"), "y").expecting(Position.NONE)).position();
        assertThat(fresh.epoch()).isNotEqualTo(old.epoch());
        assertThat(node().append(Draft.to(shop("c"), "x").withKey("key"))).isInstanceOf(AppendResult.Accepted.class);
        assertThat(node().read(shop("a")).events())
                .extracting(StoredEvent::offset)
                .containsExactly(1L);
    }

    @Test
    default void aPurgeEndsTheTopicsThatAreAttached() {
        node().publish(TOPIC, "x");
        node().attach(TOPIC);
        Await.result(node().backend().purge("shop"));
        node().news()
                .await(
                        "the drop",
                        news -> news instanceof News.Advanced advanced
                                && advanced.topic().equals(TOPIC)
                                && advanced.atLeast().state() == Head.State.DROPPED);
    }
}
