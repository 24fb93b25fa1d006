package dev.connectome.client;

import com.google.common.net.HostAndPort;
import com.google.common.net.InetAddresses;
import dev.connectome.identity.client.BearerToken;
import dev.connectome.identity.client.TokenSource;
import dev.connectome.protos.run.v1.TrainingRunServiceGrpc;
import dev.connectome.protos.run.v1.TrainingRunServiceGrpc.TrainingRunServiceBlockingStub;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.TlsChannelCredentials;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a {@link ConnectomeClient}. Without any, it talks plaintext to a controller on
 * this machine (a loopback address) and TLS, trusting the JVM's certificates, to any other.
 */
public final class ConnectomeClientBuilder {
  private static final Metadata.Key<String> ACTOR =
      Metadata.Key.of("x-connectome-actor", Metadata.ASCII_STRING_MARSHALLER);
  private static final Pattern ACTOR_NAME = Pattern.compile("[!-~]([ -~]{0,62}[!-~])?");

  private final HostAndPort endpoint;
  private boolean plaintext;
  private @Nullable Path certificates;
  private @Nullable TokenSource token;
  private String actor = systemUser();
  private Duration deadline = Duration.ofSeconds(15);
  private int maxMessageBytes = 64 << 20;

  ConnectomeClientBuilder(String endpoint) {
    this.endpoint = parse(endpoint);
    this.plaintext = isLoopback(this.endpoint.getHost());
  }

  /** Uses no TLS, wherever the controller is. */
  public ConnectomeClientBuilder plaintext() {
    plaintext = true;
    certificates = null;
    return this;
  }

  /** Uses TLS, wherever the controller is, and trusts the JVM's certificates. */
  public ConnectomeClientBuilder tls() {
    plaintext = false;
    certificates = null;
    return this;
  }

  /** Uses TLS and trusts the certificates in a PEM file, and no others. */
  public ConnectomeClientBuilder trustCertificates(Path pem) {
    plaintext = false;
    certificates = pem;
    return this;
  }

  /**
   * Sends the content of a file as bearer token. The file is read at each call, so that the token
   * can be rotated; a call fails with UNAUTHENTICATED while it cannot be read or is empty. Default:
   * the token in the environment variable CONNECTOME_TOKEN, else the file that
   * CONNECTOME_TOKEN_FILE names, else the token of the platform on this machine, if this user
   * started it.
   */
  public ConnectomeClientBuilder tokenFile(Path file) {
    token = new TokenSource.OfFile(file);
    return this;
  }

  /**
   * Names the caller in the history of runs. Default: the user of the operating system, or nobody
   * if that name has other than printable ASCII characters.
   *
   * @param name 1 to 64 printable ASCII characters, without spaces at the ends
   * @throws IllegalArgumentException if it is something else
   */
  public ConnectomeClientBuilder actor(String name) {
    if (!ACTOR_NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "the actor is '"
              + name
              + "': it must be 1 to 64 printable ASCII characters without spaces at the ends");
    }
    actor = name;
    return this;
  }

  /**
   * Limits each call that gives one answer, repetitions included. Default 15 s. Watches and logs
   * have no deadline; keepalive pings notice within 30 s that a controller is gone.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public ConnectomeClientBuilder deadline(Duration limit) {
    if (limit.isNegative() || limit.isZero()) {
      throw new IllegalArgumentException("the deadline is " + limit + ": it must be positive");
    }
    deadline = limit;
    return this;
  }

  /**
   * Limits the size of an answer. Default 64 MiB.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public ConnectomeClientBuilder maxMessageBytes(int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("the message size is " + limit + ": it must be positive");
    }
    maxMessageBytes = limit;
    return this;
  }

  /**
   * Opens the client; no request is made yet.
   *
   * @throws IllegalStateException if a token would be sent in plaintext to another machine
   * @throws UncheckedIOException if the file of certificates cannot be read
   */
  public ConnectomeClient build() {
    TokenSource source = token == null ? TokenSource.standard(endpoint.toString()) : token;
    if (plaintext && !(source instanceof TokenSource.None) && !isLoopback(endpoint.getHost())) {
      throw new IllegalStateException(
          "a token must not be sent in plaintext to "
              + endpoint
              + ": trust its certificate instead of using plaintext");
    }
    Metadata headers = new Metadata();
    if (!actor.isEmpty()) {
      headers.put(ACTOR, actor);
    }
    ManagedChannel channel =
        Grpc.newChannelBuilderForAddress(endpoint.getHost(), endpoint.getPort(), credentials())
            .keepAliveTime(20, TimeUnit.SECONDS)
            .keepAliveTimeout(10, TimeUnit.SECONDS)
            .maxInboundMessageSize(maxMessageBytes)
            .disableServiceConfigLookUp()
            .defaultServiceConfig(RetryPolicy.serviceConfig())
            .intercept(MetadataUtils.newAttachHeadersInterceptor(headers), new RequestIds())
            .build();
    TrainingRunServiceBlockingStub stub = TrainingRunServiceGrpc.newBlockingStub(channel);
    return new ConnectomeClient(
        channel, stub.withCallCredentials(new BearerToken(source)), deadline);
  }

  private ChannelCredentials credentials() {
    if (plaintext) {
      return InsecureChannelCredentials.create();
    }
    if (certificates == null) {
      return TlsChannelCredentials.create();
    }
    try {
      return TlsChannelCredentials.newBuilder().trustManager(certificates.toFile()).build();
    } catch (IOException e) {
      throw new UncheckedIOException("the certificates in " + certificates + " cannot be read", e);
    }
  }

  private static HostAndPort parse(String endpoint) {
    try {
      HostAndPort parsed = HostAndPort.fromString(endpoint);
      if (parsed.hasPort() && !parsed.getHost().isEmpty()) {
        return parsed;
      }
    } catch (IllegalArgumentException e) {
      // Reported below: the message says what would be right.
    }
    throw new IllegalArgumentException(
        endpoint.contains("://")
            ? "the endpoint is '"
                + endpoint
                + "', which is the address of a web page: it must be HOST:PORT, the gRPC address that 'connectome up' prints beside it"
            : "the endpoint is '" + endpoint + "': it must be HOST:PORT");
  }

  private static boolean isLoopback(String host) {
    return host.equals("localhost")
        || (InetAddresses.isInetAddress(host) && InetAddresses.forString(host).isLoopbackAddress());
  }

  private static String systemUser() {
    String user = System.getProperty("user.name", "");
    // The name is a question mark where the system has none.
    return ACTOR_NAME.matcher(user).matches() && !user.equals("?") ? user : "";
  }
}
