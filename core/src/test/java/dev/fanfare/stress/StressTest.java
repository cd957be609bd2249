package dev.fanfare.stress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.openjdk.jcstress.JCStress;
import org.openjdk.jcstress.Options;

/// Runs the stress tests beside it, each for some seconds in a JVM of its own, where every interleaving that two cores
/// show must have an outcome that its test accepts.
class StressTest {
    @Test
    @Timeout(value = 2, unit = TimeUnit.MINUTES)
    void noInterleavingBreaksAGuarantee() throws Exception {
        var options = new Options(("-t dev.fanfare.stress -r target/jcstress -v -jvmArgs -Xmx512m -sc false -af NONE"
                        + " -f 1 -iters 3 -time 1000 -strideSize 100 -strideCount 10")
                .split(" "));
        assertThat(options.parse()).isTrue();
        var stress = new JCStress(options);
        assertThat(stress.getTests()).isNotEmpty();

        stress.run(); // throws if an outcome was forbidden
    }

    /// jcstress leaves its raw results in the working directory.
    @AfterEach
    void removeResults() {
        for (File file : new File(".").listFiles((folder, name) -> name.startsWith("jcstress-results-"))) {
            assertThat(file.delete()).isTrue();
        }
    }
}
