package dev.connectome.controller.http;

import com.google.rpc.Code;
import dev.connectome.controller.api.ApiErrors;
import io.vertx.core.Handler;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refuses requests for foreign host names, against DNS rebinding: a page whose host name resolves
 * to 127.0.0.1 would otherwise have the controller's origin in a local browser and could call it.
 * The header {@code Host} still has the page's name.
 */
public final class HostCheck implements Handler<RoutingContext> {

  private static final Logger LOG = LoggerFactory.getLogger(HostCheck.class);
  private static final int MISDIRECTED = 421;
  private static final Pattern NAME = Pattern.compile("[a-z0-9_.-]+|\\[[0-9a-f:.]+]");
  private static final Pattern LOOPBACK =
      Pattern.compile("(.+\\.)?localhost|127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}|\\[?::1]?");

  private final Set<String> allowed;

  private HostCheck(Set<String> allowed) {
    this.allowed = allowed;
  }

  /**
   * A check if the controller listens on a loopback address; empty on other addresses, since the
   * names that resolve to them are not known.
   *
   * @throws IllegalArgumentException if a name is invalid, or has a scheme or a port
   */
  public static Optional<HostCheck> of(String address, Collection<String> names) {
    Set<String> allowed = names.stream().map(HostCheck::name).collect(Collectors.toSet());
    try {
      if (InetAddress.getByName(address).isLoopbackAddress()) {
        return Optional.of(new HostCheck(allowed));
      }
      if (!allowed.isEmpty()) {
        LOG.warn(
            "connectome.http.allowed-hosts has no effect, since quarkus.http.host is no loopback address host={}",
            address);
      }
      return Optional.empty();
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(
          "quarkus.http.host is \"%s\", which cannot be resolved".formatted(address), e);
    }
  }

  private static String name(String asked) {
    String name = asked.strip().toLowerCase(Locale.ROOT);
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "connectome.http.allowed-hosts has \"%s\": name hosts without scheme, port and path"
              .formatted(asked));
    }
    return name;
  }

  /** Checks all requests of a router. */
  public void mount(Router router) {
    router.route().order(Integer.MIN_VALUE).handler(this);
  }

  @Override
  public void handle(RoutingContext context) {
    HostAndPort asked = context.request().authority();
    String host = asked == null ? "" : asked.host().toLowerCase(Locale.ROOT);
    if (allowed.contains(host) || LOOPBACK.matcher(host).matches()) {
      context.next();
      return;
    }
    HttpCall.fail(
        context.request(),
        MISDIRECTED,
        ApiErrors.of(
            Code.PERMISSION_DENIED,
            "FOREIGN_HOST",
            "this controller does not answer for the host \"%s\"; call it as 127.0.0.1, or name the host in connectome.http.allowed-hosts"
                .formatted(host)));
  }
}
