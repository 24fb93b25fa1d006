package dev.connectome.client;

import com.google.common.collect.AbstractIterator;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The items of all pages of a list; a page is fetched when the one before has been read.
 *
 * @param <P> a page
 * @param <T> an item
 */
final class PageIterator<P, T> extends AbstractIterator<T> {
  private final Function<String, P> fetch;
  private final Function<P, List<T>> items;
  private final Function<P, String> nextToken;
  private Iterator<T> page = Collections.emptyIterator();
  private String token = "";
  private boolean lastPage;

  private PageIterator(
      Function<String, P> fetch, Function<P, List<T>> items, Function<P, String> nextToken) {
    this.fetch = fetch;
    this.items = items;
    this.nextToken = nextToken;
  }

  static <P, T> Stream<T> stream(
      Function<String, P> fetch, Function<P, List<T>> items, Function<P, String> nextToken) {
    return StreamSupport.stream(
        Spliterators.spliteratorUnknownSize(
            new PageIterator<>(fetch, items, nextToken), Spliterator.ORDERED | Spliterator.NONNULL),
        false);
  }

  @Override
  protected @Nullable T computeNext() {
    while (!page.hasNext()) {
      if (lastPage) {
        return endOfData();
      }
      P fetched = fetch.apply(token);
      page = items.apply(fetched).iterator();
      token = nextToken.apply(fetched);
      lastPage = token.isEmpty();
    }
    return page.next();
  }
}
