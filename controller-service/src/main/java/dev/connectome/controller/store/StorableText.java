package dev.connectome.controller.store;

import java.sql.Types;
import org.jdbi.v3.core.argument.AbstractArgumentFactory;
import org.jdbi.v3.core.argument.Argument;
import org.jdbi.v3.core.config.ConfigRegistry;

/**
 * Texts as PostgreSQL can store them: it takes no zero character, which the last words of a trainer
 * that crashed may well have. Without this the end of such a trainer could never be noted.
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
