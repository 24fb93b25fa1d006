package dev.connectome.controller.store;

import java.time.Instant;
import org.jdbi.v3.core.Handle;

/** What the page's links and sessions rest on, within one transaction. */
public final class PageTable {

  private final Handle handle;

  PageTable(Handle handle) {
    this.handle = handle;
  }

  /** The platform's secret: the one that is stored, which is the first that was proposed. */
  public byte[] secret(byte[] proposed) {
    handle.execute("INSERT INTO page_key (secret) VALUES (?) ON CONFLICT DO NOTHING", proposed);
    return handle.createQuery("SELECT secret FROM page_key").mapTo(byte[].class).one();
  }

  /** Notes that a link is used; false if it was before. */
  public boolean use(long nonce, Instant expires) {
    handle.execute("DELETE FROM used_page_links WHERE expire_time < now()");
    return handle.execute(
            "INSERT INTO used_page_links (nonce, expire_time) VALUES (?, ?) ON CONFLICT DO NOTHING",
            nonce,
            expires)
        == 1;
  }
}
