/** Reports: the controller's page as one file, with the runs in it. */
@NullMarked
package dev.connectome.cli.pages;

import org.jspecify.annotations.NullMarked;
