package dev.connectome.controller.http;

import dev.connectome.controller.login.PageSessions;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import java.util.Optional;

/**
 * The cookie in which the page's browser keeps its session. Scripts cannot read it, other sites
 * cannot have it sent, and it counts only in requests of the page itself: a page of another origin
 * on the same site, such as another port of this machine, cannot act by it.
 */
final class PageCookie {

  private PageCookie() {}

  /** The session in a request; empty if there is none, or another origin made the request. */
  static Optional<String> of(HttpServerRequest request) {
    return isOfThePage(request)
        ? Optional.ofNullable(request.getCookie(name(request))).map(Cookie::getValue)
        : Optional.empty();
  }

  static void set(HttpServerRequest request, String session) {
    request.response().addCookie(cookie(request, session, PageSessions.SESSION.toSeconds()));
  }

  static void clear(HttpServerRequest request) {
    request.response().addCookie(cookie(request, "", 0));
  }

  private static Cookie cookie(HttpServerRequest request, String value, long seconds) {
    boolean secure =
        request.isSSL() || "https".equalsIgnoreCase(request.getHeader("X-Forwarded-Proto"));
    return Cookie.cookie(name(request), value)
        .setHttpOnly(true)
        .setSameSite(CookieSameSite.STRICT)
        .setSecure(secure)
        .setPath("/")
        .setMaxAge(seconds);
  }

  /** Browsers do not tell the ports of a host apart; platforms of one machine are kept apart so. */
  private static String name(HttpServerRequest request) {
    HostAndPort asked = request.authority();
    return "connectome-" + (asked == null ? 0 : Math.max(0, asked.port()));
  }

  private static boolean isOfThePage(HttpServerRequest request) {
    String site = request.getHeader("Sec-Fetch-Site");
    if (site != null && !site.equals("same-origin") && !site.equals("none")) {
      return false;
    }
    String origin = request.getHeader("Origin");
    HostAndPort asked = request.authority();
    return origin == null
        || (asked != null
            && origin.replaceFirst("^https?://", "").equalsIgnoreCase(asked.toString()));
  }
}
