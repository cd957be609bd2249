package dev.fanfare.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fanfare.App;
import dev.fanfare.Broadcaster;
import dev.fanfare.Event;
import dev.fanfare.Staging;
import dev.fanfare.StartAt;
import dev.fanfare.contract.RecordingSubscriber;
import dev.fanfare.contract.ThreadLeaks;
import dev.fanfare.jobs.JobChange;
import dev.fanfare.jobs.JobStatus;
import dev.fanfare.jobs.JobUpdate;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/// Publishing in a Spring application's transactions: rolled back is never seen, committed is never lost.
@ExtendWith(ThreadLeaks.class)
final class SpringTest {
    private static final Sandbox SANDBOX = new Sandbox();

    private AnnotationConfigApplicationContext spring;
    private Orders orders;
    private App shop;

    /// What a developer writes.
    public static class Orders {
        private final DataSource database;
        private final PostgresBackend fanfare;

        Orders(DataSource database, PostgresBackend fanfare) {
            this.database = database;
            this.fanfare = fanfare;
        }

        // @start region="spring"
        @Transactional
        public void place(int number, boolean paid) throws SQLException {
            new JdbcTemplate(database).update("insert into orders values (?)", number);
            Connection connection = DataSourceUtils.getConnection(database);
            Staging staging = fanfare.staging(connection);
            staging.publish("shop", "orders", Event.json("" + number));
            staging.update("shop", "order-" + number, JobChange.status(JobStatus.COMPLETE));
            TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                @Override
                public void afterCommit() {
                    staging.committed();
                }
            });
            if (!paid) {
                throw new IllegalStateException("not paid"); // and Spring rolls back
            }
        }
        // @end
    }

    @Configuration(proxyBeanMethods = false)
    @EnableTransactionManagement(proxyTargetClass = true)
    static class Application {
        @Bean
        DataSource database() {
            PGSimpleDataSource source = new PGSimpleDataSource();
            source.setUrl(SANDBOX.address());
            return source;
        }

        @Bean
        JdbcTransactionManager transactions(DataSource database) {
            return new JdbcTransactionManager(database);
        }

        @Bean
        PostgresBackend fanfare() {
            return PostgresBackend.at(SANDBOX.address());
        }

        @Bean(destroyMethod = "close")
        Broadcaster broadcaster(PostgresBackend fanfare) {
            return Broadcaster.builder(fanfare).start();
        }

        @Bean
        Orders orders(DataSource database, PostgresBackend fanfare, Broadcaster started) {
            new JdbcTemplate(database).execute("create table orders (number int)");
            return new Orders(database, fanfare);
        }
    }

    @BeforeEach
    void open() {
        spring = new AnnotationConfigApplicationContext(Application.class);
        orders = spring.getBean(Orders.class);
        shop = spring.getBean(Broadcaster.class).app("shop");
    }

    @AfterEach
    void close() {
        spring.close();
        SANDBOX.close();
    }

    @Test
    void whatIsRolledBackIsNeverSeenAndWhatIsCommittedIsNotLost() throws SQLException {
        try (RecordingSubscriber reader = RecordingSubscriber.of(shop, "orders", StartAt.live())) {
            orders.place(1, true);
            assertThatThrownBy(() -> orders.place(2, false)).hasMessage("not paid");
            orders.place(3, true);

            assertThat(reader.messages(2)).containsExactly("1", "3");
        }
        assertThat(shop.jobs().state("order-2")).isEmpty();
        assertThat(shop.jobs().subscribe("order-3"))
                .extracting(JobUpdate::status)
                .contains(JobStatus.COMPLETE);
        JdbcTemplate database = new JdbcTemplate(spring.getBean(DataSource.class));
        assertThat(database.queryForList("select number from orders order by number", Integer.class))
                .containsExactly(1, 3);
    }
}
