package dev.connectome.controller.login;

import com.google.common.base.Suppliers;
import dev.connectome.controller.login.Seal.Content;
import dev.connectome.controller.login.Seal.Purpose;
import dev.connectome.controller.store.Store;
import dev.connectome.identity.Grant;
import dev.connectome.identity.Principal;
import dev.connectome.identity.server.Authentication;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Browsers that were let in by a token or by a link that works once. A session is worth what the
 * token's grant is worth now: it ends with the grant. Calls may wait for the database.
 */
public final class PageSessions {

  /** How long a session lasts. */
  public static final Duration SESSION = Duration.ofDays(30);

  private static final Duration LINK = Duration.ofDays(1);
  private static final int SECRET_BYTES = 32;

  private final Authentication authentication;
  private final Store store;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();
  private final Supplier<Seal> seal;

  /**
   * @param scope sessions and links of another scope are worth nothing
   */
  public PageSessions(
      Authentication authentication, Store store, InstantSource clock, String scope) {
    this.authentication = authentication;
    this.store = store;
    this.clock = clock;
    this.seal =
        Suppliers.memoize(
            () ->
                new Seal(
                    store.inTransaction(transaction -> transaction.page().secret(proposal())),
                    scope));
  }

  /**
   * A link's secret for whoever shows a token; empty if the token is worth nothing. Where nobody is
   * asked for one the secret is empty too.
   */
  public Optional<String> link(String token) {
    if (!authentication.isRequired()) {
      return Optional.of("");
    }
    return authentication.grant(token).map(grant -> sign(Purpose.LINK, grant.hash(), LINK));
  }

  /** The session of a browser that shows a token; empty if the token is worth nothing. */
  public Optional<String> byToken(String token) {
    return authentication.grant(token).map(Grant::hash).map(this::session);
  }

  /** The session of a browser that shows a link's secret; empty if it is not valid or was used. */
  public Optional<String> byLink(String link) {
    return seal.get()
        .open(Purpose.LINK, link, clock.instant())
        .filter(content -> authentication.grantOfHash(content.hash()).isPresent())
        .filter(this::use)
        .map(content -> session(content.hash()));
  }

  private boolean use(Content link) {
    return store.inTransaction(transaction -> transaction.page().use(link.nonce(), link.expires()));
  }

  private String session(String hash) {
    return sign(Purpose.SESSION, hash, SESSION);
  }

  private String sign(Purpose purpose, String hash, Duration life) {
    return seal.get()
        .sign(purpose, new Content(hash, clock.instant().plus(life), random.nextLong()));
  }

  /** Who has a session; empty if it is not valid. */
  public Optional<Principal> who(String session) {
    return seal.get()
        .open(Purpose.SESSION, session, clock.instant())
        .flatMap(content -> authentication.grantOfHash(content.hash()))
        .map(Grant::principal);
  }

  private byte[] proposal() {
    var secret = new byte[SECRET_BYTES];
    random.nextBytes(secret);
    return secret;
  }
}
