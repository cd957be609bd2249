package dev.fanfare.postgres;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import javax.net.SocketFactory;

/// Makes sockets that do not wait for what the driver only wants to have a look at.
///
/// After each notification the driver looks whether another follows, and waits a millisecond for it. Under steady
/// traffic there always is another, and what has come is not handed out. A socket of this factory answers such a look
/// at once.
public final class PromptSocketFactory extends SocketFactory {
    /// The timeout, in milliseconds, that the driver sets for a look.
    private static final int LOOK = 1;

    @Override
    public Socket createSocket() {
        return new PromptSocket();
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        throw new IOException("the driver connects by itself");
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
        return createSocket(host, port);
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return createSocket(host.getHostAddress(), port);
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
        return createSocket(host, port);
    }

    private static final class PromptSocket extends Socket {
        @Override
        public InputStream getInputStream() throws IOException {
            return new PromptStream(this, super.getInputStream());
        }
    }

    private static final class PromptStream extends FilterInputStream {
        private final Socket socket;

        PromptStream(Socket socket, InputStream in) {
            super(in);
            this.socket = socket;
        }

        private void requireSomething() throws IOException {
            if (socket.getSoTimeout() == LOOK && in.available() == 0) {
                throw new SocketTimeoutException("nothing has come");
            }
        }

        @Override
        public int read() throws IOException {
            requireSomething();
            return in.read();
        }

        @Override
        public int read(byte[] bytes, int at, int most) throws IOException {
            requireSomething();
            return in.read(bytes, at, most);
        }
    }
}
