/**
 * Settings as data: trees of plain values that know where they were given, the YAML that writes them, and the binding of such a
 * tree to a settings record. What a record's {@link org.amalgam.settings.Setting} annotations say is the only declaration of a
 * key: its default, its help, and the errors that a wrong value ends with are derived from there.
 */
package org.amalgam.settings;
