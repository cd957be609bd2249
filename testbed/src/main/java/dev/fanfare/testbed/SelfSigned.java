package dev.fanfare.testbed;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;
import java.util.List;

/// A certificate that nobody but its own key vouches for, made by the JDK's `keytool` for one test, with its key and a
/// trust store that holds it, as files.
///
/// Threads: immutable.
public final class SelfSigned implements AutoCloseable {
    /// Of the trust store.
    public static final String PASSWORD = "changeit";

    private static final String ALIAS = "server";
    private static final char[] PASSWORD_CHARS = PASSWORD.toCharArray();

    private final Path folder;

    private SelfSigned(Path folder) {
        this.folder = folder;
    }

    /// Makes one for such names, as `dns:localhost,ip:127.0.0.1`.
    public static SelfSigned forNames(String names) {
        try {
            SelfSigned made = new SelfSigned(Files.createTempDirectory("fanfare-tls-"));
            made.write(names);
            return made;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (GeneralSecurityException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private void write(String names) throws IOException, GeneralSecurityException {
        Path both = folder.resolve("both.p12");
        generate(both, names);
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(both)) {
            keys.load(in, PASSWORD_CHARS);
        }
        Certificate certificate = keys.getCertificate(ALIAS);
        Files.writeString(
                key(), pem("PRIVATE KEY", keys.getKey(ALIAS, PASSWORD_CHARS).getEncoded()));
        Files.writeString(certificate(), pem("CERTIFICATE", certificate.getEncoded()));
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry(ALIAS, certificate);
        try (OutputStream out = Files.newOutputStream(trustStore())) {
            trusted.store(out, PASSWORD_CHARS);
        }
    }

    private static void generate(Path store, String names) throws IOException {
        Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
        List<String> command = List.of(
                keytool.toString(),
                "-genkeypair",
                "-alias",
                ALIAS,
                "-dname",
                "CN=fanfare-test",
                "-ext",
                "san=" + names,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!Files.exists(store)) {
            throw new IOException("keytool has made no certificate: " + said);
        }
    }

    private static String pem(String kind, byte[] der) {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + kind + "-----\n" + base64 + "\n-----END " + kind + "-----\n";
    }

    /// The private key, as PEM.
    public Path key() {
        return folder.resolve("key.pem");
    }

    /// The certificate, as PEM.
    public Path certificate() {
        return folder.resolve("certificate.pem");
    }

    /// What whoever trusts the certificate names as its trust store.
    public Path trustStore() {
        return folder.resolve("trusted.p12");
    }

    /// Deletes the files.
    @Override
    public void close() {
        RedisServer.delete(folder);
    }
}
