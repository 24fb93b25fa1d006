package dev.connectome.controller.notification;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs what is sent to a webhook: {@code v1,} and the HMAC-SHA256, in Base64, of {@code
 * ID.TIMESTAMP.BODY} (Standard Webhooks 1.0). The secret is the content of a file, which is read
 * each time, so that it can be changed.
 */
record Signer(Path secretFile) {

  private static final String ALGORITHM = "HmacSHA256";

  String sign(String id, long timestamp, String body) throws IOException {
    byte[] secret = Files.readString(secretFile).strip().getBytes(StandardCharsets.UTF_8);
    if (secret.length == 0) {
      throw new IOException(secretFile + " is empty");
    }
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(secret, ALGORITHM));
      byte[] code =
          mac.doFinal((id + "." + timestamp + "." + body).getBytes(StandardCharsets.UTF_8));
      return "v1," + Base64.getEncoder().encodeToString(code);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JDK has no " + ALGORITHM, e);
    }
  }
}
