package dev.connectome.controller.app;

import com.google.common.base.Supplier;
import com.google.common.base.Suppliers;
import dev.connectome.controller.store.Store;
import dev.connectome.controller.store.Transaction;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** A query for metrics, repeated at most every few seconds however often it is asked for. */
final class CachedQuery<T> {

  private static final int SECONDS = 5;

  private final Supplier<T> result;

  CachedQuery(Store store, Function<Transaction, T> query) {
    this.result =
        Suppliers.memoizeWithExpiration(() -> store.query(query), SECONDS, TimeUnit.SECONDS);
  }

  T get() {
    return Objects.requireNonNull(result.get());
  }
}
