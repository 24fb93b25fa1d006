package dev.connectome.controller.login;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signs what a browser keeps, with a secret that never leaves the platform. */
final class Seal {

  /** What a signed text is for; one for something else is not accepted. */
  enum Purpose {
    LINK,
    SESSION
  }

  /**
   * What is signed.
   *
   * @param hash of the token whose grant it stands for
   * @param nonce tells it from others, without a space
   */
  record Content(String hash, Instant expires, String nonce) {}

  private static final String ALGORITHM = "HmacSHA256";
  private static final Base64.Encoder TO_TEXT = Base64.getUrlEncoder().withoutPadding();

  private final byte[] secret;

  Seal(byte[] secret) {
    this.secret = secret.clone();
  }

  /** Signs; the result has characters for which neither a cookie nor an address needs quotes. */
  String sign(Purpose purpose, Content content) {
    String text =
        "%s %d %s".formatted(content.hash(), content.expires().getEpochSecond(), content.nonce());
    return TO_TEXT.encodeToString(text.getBytes(StandardCharsets.UTF_8))
        + "."
        + TO_TEXT.encodeToString(signature(purpose, text));
  }

  /** What was signed for a purpose; empty if it was not, or has expired. */
  Optional<Content> open(Purpose purpose, String sealed, Instant now) {
    try {
      String[] parts = sealed.split("\\.", -1);
      if (parts.length != 2) {
        return Optional.empty();
      }
      String text = new String(Base64.getUrlDecoder().decode(parts[0]), StandardCharsets.UTF_8);
      byte[] shown = Base64.getUrlDecoder().decode(parts[1]);
      if (!MessageDigest.isEqual(signature(purpose, text), shown)) {
        return Optional.empty();
      }
      String[] fields = text.split(" ", -1);
      var content =
          new Content(fields[0], Instant.ofEpochSecond(Long.parseLong(fields[1])), fields[2]);
      return now.isBefore(content.expires()) ? Optional.of(content) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private byte[] signature(Purpose purpose, String text) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(secret, ALGORITHM));
      return mac.doFinal((purpose + " " + text).getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("each JDK has " + ALGORITHM, e);
    }
  }
}
