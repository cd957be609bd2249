/// A broadcaster that talks to a hub: the same interface as the library's own, over the JDK's HTTP client.
///
/// Read in this order: [HubClient] connects; `RemoteApp`, `RemoteTopic` and `RemoteJobs` are what its user holds;
/// `HubCalls` asks the hub and understands its answers; `RemoteCursor` reads a stream and resumes it.
@NullMarked
package dev.fanfare.client;

import org.jspecify.annotations.NullMarked;
