package dev.fanfare.sqlite;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// What the processes that have one file open share beside it, in the folder `<file>.bus`: a lock by which they take
/// turns at writing, in the order of asking, and a Unix socket for each, on which it is woken when another has
/// committed.
///
/// Threads: a turn may be taken by any, and is ended by the same; `wakeOthers` is the writer's, `await` the waiter's;
/// `wakeSelf` and `isInPlace` may be called by any.
final class Bus implements AutoCloseable {
    private static final long SCAN_NANOS = 200_000_000L;
    private static final long PAUSE_NANOS = 2_000_000;
    /// The kernel's bound of a Unix socket's path.
    private static final int MAX_PATH = 107;
    /// How the name of a socket ends that may not listen yet: others would take its process for one that has ended.
    private static final String DEAF = "~";

    private final Path folder;
    private final Path own;
    private final FileChannel lock;
    private final Selector selector;
    private final ServerSocketChannel server;
    private final Map<Path, SocketChannel> others = new HashMap<>(); // the writer's
    private final ByteBuffer received = ByteBuffer.allocateDirect(64); // the waiter's
    private final ReentrantLock here = new ReentrantLock(true); // taken before `lock`
    private @Nullable FileLock turn; // guarded by here
    private long scannedAt = System.nanoTime() - SCAN_NANOS;

    private Bus(Path folder, FileChannel lock, Selector selector, ServerSocketChannel server, Path own) {
        this.folder = folder;
        this.lock = lock;
        this.selector = selector;
        this.server = server;
        this.own = own;
    }

    static Bus beside(Path file) throws IOException {
        Path folder = folder(file);
        make(folder);
        String name = ProcessHandle.current().pid() + "-"
                + UUID.randomUUID().toString().substring(0, 8);
        Path own = folder.resolve(name);
        Path deaf = folder.resolve(name + DEAF);
        if (deaf.toString().length() > MAX_PATH) {
            throw new IOException("the path " + own + " is too long for a Unix socket; use a file nearer to the root");
        }
        FileChannel lock = FileChannel.open(lock(file), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        Selector selector = Selector.open();
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(deaf));
        Files.move(deaf, own);
        server.configureBlocking(false);
        server.register(selector, SelectionKey.OP_ACCEPT);
        return new Bus(folder, lock, selector, server, own);
    }

    static Path folder(Path file) {
        return Path.of(file.toAbsolutePath() + ".bus");
    }

    static Path lock(Path file) {
        return folder(file).resolve("lock");
    }

    /// Makes the folder, but none that it would be in.
    private static void make(Path folder) throws IOException {
        try {
            Files.createDirectory(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (FileAlreadyExistsException present) {
            // another process has it, too
        }
    }

    /// Waits until nobody else writes, neither here nor in another process.
    void takeTurn() throws IOException {
        try {
            here.lockInterruptibly();
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for its turn");
        }
        try {
            turn = lock.lock();
        } catch (IOException failed) {
            here.unlock();
            throw failed;
        }
    }

    /// Takes the turn unless others keep it too long.
    void takeTurnWithin(long millis) throws IOException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        FileLock taken = lock.tryLock();
        while (taken == null && System.nanoTime() < end) {
            LockSupport.parkNanos(PAUSE_NANOS);
            taken = lock.tryLock();
        }
        if (taken == null) {
            throw new IOException(
                    "another process has kept its turn for " + millis + " ms; it may be stopped: continue or end it");
        }
        here.lock();
        turn = taken;
    }

    void endTurn() {
        if (!here.isHeldByCurrentThread()) {
            return;
        }
        try {
            if (turn != null) {
                turn.release();
            }
        } catch (IOException closed) {
            // with its file the lock has gone, too
        }
        turn = null;
        here.unlock();
    }

    /// Tells whether it can still be found by the other processes.
    boolean isInPlace() {
        return Files.exists(own);
    }

    /// Wakes the other processes: they have something to read.
    void wakeOthers() {
        if (System.nanoTime() - scannedAt >= SCAN_NANOS) {
            scannedAt = System.nanoTime();
            scan();
        }
        others.entrySet().removeIf(other -> !wake(other.getValue()));
    }

    private void scan() {
        try (DirectoryStream<Path> sockets = Files.newDirectoryStream(folder, path -> isNew(path))) {
            for (Path socket : sockets) {
                connect(socket);
            }
        } catch (IOException unreadable) {
            // those that are not found read by themselves, a little later
        }
    }

    private boolean isNew(Path path) {
        return !path.equals(own)
                && !path.endsWith("lock")
                && !path.toString().endsWith(DEAF)
                && !others.containsKey(path);
    }

    private void connect(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
            channel.configureBlocking(false);
            others.put(socket, channel);
        } catch (ConnectException refused) {
            channel.close();
            Files.deleteIfExists(socket); // its process has ended without a word
        } catch (IOException failed) {
            channel.close(); // the next scan tries again
        }
    }

    /// Tells whether the other is still there. One whose socket is full has been woken already.
    private static boolean wake(SocketChannel other) {
        try {
            other.write(ByteBuffer.wrap(new byte[1]));
            return true;
        } catch (IOException gone) {
            try {
                other.close();
            } catch (IOException already) {
                // nothing is left to be closed
            }
            return false;
        }
    }

    /// Waits for a wake, at most for so long.
    void await(long millis) throws IOException {
        selector.select(millis);
        Iterator<SelectionKey> ready = selector.selectedKeys().iterator();
        while (ready.hasNext()) {
            SelectionKey key = ready.next();
            ready.remove();
            if (key.isAcceptable()) {
                accept();
            } else {
                drain(key);
            }
        }
    }

    private void accept() throws IOException {
        SocketChannel other = server.accept();
        if (other != null) {
            other.configureBlocking(false);
            other.register(selector, SelectionKey.OP_READ);
        }
    }

    private void drain(SelectionKey key) throws IOException {
        SocketChannel other = (SocketChannel) key.channel();
        try {
            int read;
            do {
                read = other.read(received.clear());
            } while (read > 0);
            if (read < 0) {
                other.close();
            }
        } catch (IOException broken) {
            other.close();
        }
    }

    void wakeSelf() {
        selector.wakeup();
    }

    /// Called when neither thread uses it any more.
    @Override
    public void close() throws IOException {
        for (SelectionKey key : selector.keys()) {
            key.channel().close();
        }
        selector.close();
        for (SocketChannel other : others.values()) {
            other.close();
        }
        lock.close();
        Files.deleteIfExists(own);
    }
}
