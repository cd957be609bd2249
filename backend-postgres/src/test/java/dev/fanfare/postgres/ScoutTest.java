package dev.fanfare.postgres;

import dev.fanfare.Position;
import dev.fanfare.contract.Node;
import dev.fanfare.contract.RecordingListener;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.spi.TopicName;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What becomes of a hint that cannot be looked up when it comes.
@ExtendWith(ThreadLeaks.class)
final class ScoutTest {
    private static final TopicName ORDERS = new TopicName("shop", "orders");

    private final Sandbox sandbox = new Sandbox();
    private final Node publisher = Node.start(PostgresBackend.at(sandbox.address()));
    private final RecordingListener heard = new RecordingListener();
    private final ExecutorService tellers = Executors.newSingleThreadExecutor();
    private final Hints hints = new Hints();
    private final Reader reader = new Reader(Database.at(sandbox.address()));
    private final News news = new News(tellers, heard, hints);
    private final Scout scout = new Scout(hints, reader, news);
    private Position published = Position.NONE;

    /// Has a look fail.
    @BeforeEach
    void failToLookUp() {
        execute("create sequence looks");
        execute("alter function news rename to found_news");
        execute("create function news(apps text[], names text[], offs bigint[], room bigint) returns setof found"
                + " language plpgsql as $$ begin perform nextval('" + sandbox.schema() + ".looks');"
                + " raise 'not now'; end $$");
        published = publisher.publish(ORDERS, "1");
        news.attach(ORDERS);
        hints.add(ORDERS, 1);
        execute("do $$ begin while not (select is_called from looks) loop end loop; end $$");
    }

    @AfterEach
    void close() {
        scout.close();
        reader.close();
        tellers.shutdown();
        publisher.close();
        sandbox.close();
    }

    private void execute(String statement) {
        sandbox.execute("set search_path = " + sandbox.schema() + "; " + statement);
    }

    @Test
    void itIsLookedUpAgain() {
        execute("drop function news");
        execute("alter function found_news rename to news");
        heard.awaitAt(ORDERS, published);
    }

    @Test
    void itHoldsUpNoEnd() {
        scout.close();
    }
}
