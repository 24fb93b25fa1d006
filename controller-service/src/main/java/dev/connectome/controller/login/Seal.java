package dev.connectome.controller.login;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
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
   * @param nonce tells it from others
   */
  record Content(String hash, Instant expires, long nonce) {}

  private static final String ALGORITHM = "HmacSHA256";
  private static final String PREFIX = "sha256:";
  private static final int HASH_BYTES = 32;
  private static final int CONTENT_BYTES = HASH_BYTES + 2 * Long.BYTES;

  /** A half of the signature, which is as hard to guess as a key of 128 bits. */
  private static final int SIGNATURE_BYTES = 16;

  private static final Base64.Encoder TO_TEXT = Base64.getUrlEncoder().withoutPadding();

  private final byte[] secret;
  private final byte[] scope;

  /**
   * @param scope what is sealed in one is not valid in another
   */
  Seal(byte[] secret, String scope) {
    this.secret = secret.clone();
    this.scope = scope.getBytes(StandardCharsets.UTF_8);
  }

  /** Signs; the result has characters for which neither a cookie nor an address needs quotes. */
  String sign(Purpose purpose, Content content) {
    ByteBuffer text = ByteBuffer.allocate(CONTENT_BYTES + SIGNATURE_BYTES);
    text.put(HexFormat.of().parseHex(content.hash(), PREFIX.length(), content.hash().length()));
    text.putLong(content.expires().getEpochSecond()).putLong(content.nonce());
    text.put(signature(purpose, text.array()));
    return TO_TEXT.encodeToString(text.array());
  }

  /** What was signed for a purpose; empty if it was not, or has expired. */
  Optional<Content> open(Purpose purpose, String sealed, Instant now) {
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(sealed);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    if (bytes.length != CONTENT_BYTES + SIGNATURE_BYTES
        || !MessageDigest.isEqual(
            signature(purpose, bytes), Arrays.copyOfRange(bytes, CONTENT_BYTES, bytes.length))) {
      return Optional.empty();
    }
    ByteBuffer text = ByteBuffer.wrap(bytes, HASH_BYTES, bytes.length - HASH_BYTES);
    var content =
        new Content(
            PREFIX + HexFormat.of().formatHex(bytes, 0, HASH_BYTES),
            Instant.ofEpochSecond(text.getLong()),
            text.getLong());
    return now.isBefore(content.expires()) ? Optional.of(content) : Optional.empty();
  }

  /** Of the purpose and the content, which is at the beginning of the bytes. */
  private byte[] signature(Purpose purpose, byte[] bytes) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(secret, ALGORITHM));
      mac.update((byte) purpose.ordinal());
      mac.update(bytes, 0, CONTENT_BYTES);
      mac.update(scope);
      return Arrays.copyOf(mac.doFinal(), SIGNATURE_BYTES);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("each JDK has " + ALGORITHM, e);
    }
  }
}
