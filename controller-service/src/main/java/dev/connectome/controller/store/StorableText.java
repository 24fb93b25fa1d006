package dev.connectome.controller.store;

import java.sql.Types;
import org.jdbi.v3.core.argument.AbstractArgumentFactory;
import org.jdbi.v3.core.argument.Argument;
import org.jdbi.v3.core.config.ConfigRegistry;

/**
 * Replaces NUL characters, which PostgreSQL cannot store in text and the last log line of a crashed
 * trainer may contain. Otherwise the end of such a trainer could not be recorded.
 */
final class StorableText extends AbstractArgumentFactory<String> {

  private static final char REPLACEMENT = '\uFFFD';

  StorableText() {
    super(Types.VARCHAR);
  }

  @Override
  protected Argument build(String text, ConfigRegistry config) {
    String storable = text.replace('\0', REPLACEMENT);
    return (position, statement, context) -> statement.setString(position, storable);
  }
}
