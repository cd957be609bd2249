package dev.fanfare.hub.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ConfigurationTest {
    private static final Map<String, String> NONE = Map.of();

    @TempDir
    Path folder;

    @Test
    void defaultsHoldWhenNobodySaysAnything() {
        Configuration configuration = of(NONE, NONE);

        assertThat(configuration.get(Settings.PORT)).isEqualTo(7780);
        assertThat(configuration.get(Settings.HISTORY_AGE)).isEqualTo(Duration.ofMinutes(10));
        assertThat(configuration.get(Settings.LIMIT_BODY)).isEqualTo(1 << 20);
        assertThat(configuration.value(Settings.PORT).origin()).isEqualTo("default");
    }

    @Test
    void flagsCountBeforeTheEnvironmentAndThatBeforeTheFile() throws IOException {
        file("port: 1001\nhost: localhost\napp: file\n");

        Configuration configuration = of(
                Map.of("port", "1003"), Map.of("FANFARE_PORT", "1002", "FANFARE_APP", "environment", "PATH", "/bin"));

        assertThat(configuration.get(Settings.PORT)).isEqualTo(1003);
        assertThat(configuration.value(Settings.PORT).origin()).isEqualTo("--port");
        assertThat(configuration.get(Settings.APP)).isEqualTo("environment");
        assertThat(configuration.value(Settings.APP).origin()).isEqualTo("FANFARE_APP");
        assertThat(configuration.get(Settings.HOST)).isEqualTo("localhost");
        assertThat(configuration.value(Settings.HOST).origin()).isEqualTo("fanfare.yaml:2");
    }

    @Test
    void keysOfTheFileMayBeNestedOrDottedAndListsWrittenEitherWay() throws IOException {
        file(
                "limits:\n  body: 2MiB\nlimits.url: 4KiB\nallowed:\n  hosts: [one.example, two.example]\n  origins: a,b\n");

        Configuration configuration = of(NONE, NONE);

        assertThat(configuration.get(Settings.LIMIT_BODY)).isEqualTo(2 << 20);
        assertThat(configuration.get(Settings.LIMIT_URL)).isEqualTo(4 << 10);
        assertThat(configuration.get(Settings.ALLOWED_HOSTS)).isEqualTo(List.of("one.example", "two.example"));
        assertThat(configuration.get(Settings.ALLOWED_ORIGINS)).isEqualTo(List.of("a", "b"));
    }

    @Test
    void commandsTalkToTheHubAtHostAndPortUnlessAnotherIsNamed() {
        assertThat(of(Map.of("port", "99"), NONE).get(Settings.URL)).hasToString("http://127.0.0.1:99");
        assertThat(of(Map.of("host", "::1"), NONE).get(Settings.URL)).hasToString("http://[::1]:7780");
        assertThat(of(Map.of("url", "http://hub.example"), NONE).get(Settings.URL))
                .hasToString("http://hub.example");
    }

    @ParameterizedTest
    @CsvSource({
        "prot, 'fanfare.yaml:1: prot is no setting, did you mean port?'",
        "limits.bodi, 'fanfare.yaml:1: limits.bodi is no setting, did you mean limits.body?'",
        "xylophone, 'fanfare.yaml:1: xylophone is no setting'"
    })
    void anUnknownKeyOfTheFileIsRefusedWithTheOneThatWasMeant(String key, String message) throws IOException {
        file(key + ": 1\n");
        assertRefused(NONE, NONE).hasMessage(message);
    }

    @Test
    void anUnknownVariableIsRefusedWithTheOneThatWasMeant() {
        assertRefused(NONE, Map.of("FANFARE_PROT", "1"))
                .hasMessage("FANFARE_PROT in the environment is no setting, did you mean FANFARE_PORT?");
    }

    @Test
    void theVariablesOfTheScriptAndOfTheFileAreNoSettings() throws IOException {
        Files.writeString(folder.resolve("other.yaml"), "port: 1\n");

        Configuration configuration = of(NONE, Map.of("FANFARE_JAVA", "/jdk", "FANFARE_CONFIG", "other.yaml"));

        assertThat(configuration.value(Settings.PORT).origin()).isEqualTo("other.yaml:1");
    }

    @Test
    void aBadValueIsRefusedWithItsKeyValueOriginAndRule() throws IOException {
        file("app: shop\nport: 99999\n");
        assertRefused(NONE, NONE)
                .hasMessage("fanfare.yaml:2: port is \"99999\", it must be a whole number from 0 to 65535");
        Files.delete(folder.resolve("fanfare.yaml"));
        assertRefused(Map.of("port", "x"), NONE)
                .hasMessage("--port is \"x\", it must be a whole number from 0 to 65535");
        assertRefused(NONE, Map.of("FANFARE_TIMING_DRAIN", "soon"))
                .hasMessage("FANFARE_TIMING_DRAIN is \"soon\","
                        + " it must be a duration above 0 and up to 36500d, as 500ms, 15s, 10m, 24h or 7d");
    }

    @Test
    void aBadValueIsRefusedEvenWhenSomethingHidesIt() throws IOException {
        file("port: none\n");
        assertRefused(Map.of("port", "1"), NONE).hasMessageStartingWith("fanfare.yaml:1: port is");
    }

    @ParameterizedTest
    @CsvSource({
        "history.age, 15",
        "history.age, 0s",
        "history.age, -5s",
        "history.age, 1.5h",
        "history.age, ''",
        "limits.body, 1MB",
        "limits.body, 1023B",
        "limits.body, 2GiB",
        "limits.body, 99999999999GiB",
        "history.events, 1e3",
        "history.events, -1",
        "store, redis",
        "store, sqlite:",
        "store, sqlite:events.db?synchronous=always",
        "log.level, loud",
        "app, a/b",
        "app, ''",
        "url, ftp://x",
        "url, 127.0.0.1:7780",
        "url, http://x/?a=b",
        "host, 'a b'"
    })
    void whatBreaksTheRuleIsRefusedAndNotPutRight(String key, String text) {
        assertRefused(Map.of(key, text), NONE).hasMessageStartingWith("--" + key + " is \"" + text + "\", it must be ");
    }

    @Test
    void aKeyThatIsSetTwiceIsRefused() throws IOException {
        file("limits:\n  body: 1MiB\nlimits.body: 2MiB\n");
        assertRefused(NONE, NONE)
                .hasMessage("fanfare.yaml:3: limits.body is set in fanfare.yaml:2 already, keep one of the two");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "just text",
                "- 1\n- 2\n",
                "port: [\n",
                "port: 1\n\tapp: x\n",
                "port: {a: 1}\n",
                "? [a]\n: 1\n",
                "port: *x\n",
                "port:\n",
                "a: 1\n---\nb: 2\n"
            })
    void aFileThatIsNoMappingOfSettingsIsRefusedInOneLine(String content) throws IOException {
        file(content);
        assertRefused(NONE, NONE).message().contains("fanfare.yaml").doesNotContain("\n");
    }

    @Test
    void anEmptyFileSetsNothing() throws IOException {
        file("# nothing yet\n");
        assertThat(of(NONE, NONE).all()).allMatch(Configuration.Value::isDefault);
    }

    @Test
    void aFileThatCannotBeReadIsRefused() throws IOException {
        assertThatThrownBy(() -> Configuration.of(NONE, NONE, folder, "missing.yaml"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("cannot read the configuration missing.yaml: there is no such file");
        Files.createDirectory(folder.resolve("fanfare.yaml"));
        assertRefused(NONE, NONE).hasMessage("cannot read the configuration fanfare.yaml: it is a folder");
    }

    @Test
    void aFileThatIsNotUtf8IsRefused() throws IOException {
        Files.write(folder.resolve("fanfare.yaml"), new byte[] {'a', ':', ' ', (byte) 0xff});
        assertRefused(NONE, NONE).hasMessage("cannot read the configuration fanfare.yaml: it is not UTF-8");
    }

    @Test
    void everySettingHasADescriptionThatEndsAsASentenceAndADefaultThatKeepsItsRule() {
        assertThat(Settings.ALL)
                .allSatisfy(setting -> assertThat(setting.description()).endsWith("."));
        assertThat(of(NONE, NONE).all()).hasSameSizeAs(Settings.ALL);
    }

    @ParameterizedTest
    @CsvSource({
        "redis://:secret@localhost,                      redis://***@localhost",
        "rediss+cluster://me:secret@one:1/,              rediss+cluster://***@one:1/",
        "redis+sentinel://:secret@one:1/primary?prefix=x, redis+sentinel://***@one:1/primary?prefix=x",
        "jdbc:postgresql://one/app?user=me&password=secret&ssl=true,"
                + " jdbc:postgresql://one/app?user=me&password=***&ssl=true"
    })
    void aPasswordIsNeverShown(String store, String shown) {
        assertThat(of(Map.of("store", store), NONE).value(Settings.STORE).text())
                .isEqualTo(shown);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "redis://:secret@",
                "redis://:sec@secret@host",
                "redis://user:se/cret@host",
                "redis:secret@host",
                "redis//:secret@host",
                "mysql://:secret@host",
                "jdbc:postgresql://me:secret@host:nonumber/app",
                "jdbc:mysql://host/app?password=secret",
                ":secret@host"
            })
    void norIsThatOfAnAddressThatIsRefused(String store) {
        assertRefused(Map.of("store", store), NONE)
                .message()
                .doesNotContain("cret")
                .contains("***");
        assertRefused(NONE, Map.of("FANFARE_STORE", store)).message().doesNotContain("cret");
    }

    private Configuration of(Map<String, String> flags, Map<String, String> environment) {
        return Configuration.of(flags, environment, folder, null);
    }

    private AbstractThrowableAssert<?, ?> assertRefused(Map<String, String> flags, Map<String, String> environment) {
        return assertThatThrownBy(() -> of(flags, environment)).isInstanceOf(ConfigurationException.class);
    }

    private void file(String content) throws IOException {
        Files.writeString(folder.resolve("fanfare.yaml"), content);
    }
}
