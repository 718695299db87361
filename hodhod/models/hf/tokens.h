// SPDX-License-Identifier: Apache-2.0
// The special tokens of config.json: pad_token_id, bos_token_id, eos_token_id, decoder_start_token_id.
#pragma once

#include "hodhod/models/hf/config_reader.h"
#include "hodhod/models/special_ids.h"

namespace hodhod::hf {

// Sets `special`, which at first holds the family's own ids; these remain for absent keys. Null means that
// there is no such token. Nor is there one if its id is outside the vocabulary, since it can never occur; if
// the file gives such an id, a warning says so. If a key has a list of ids, its first is used; of
// eos_token_id, all end a text. If `reads_source`, decoder_start_token_id is read too; Error when the decoder
// has no token to start from.
void read_tokens(ConfigReader& reader, SpecialIds& special, int64_t vocabulary, bool reads_source);
void write_tokens(const SpecialIds& special, bool reads_source, Json& out);

}  // namespace hodhod::hf
