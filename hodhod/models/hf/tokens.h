// SPDX-License-Identifier: Apache-2.0
// The special tokens of config.json: pad_token_id, bos_token_id, eos_token_id, decoder_start_token_id.
#pragma once

#include "hodhod/models/hf/config_reader.h"
#include "hodhod/models/special_ids.h"

namespace hodhod::hf {

// `special` holds the family's own ids, for keys that are absent. Null is no token. An id
// outside the vocabulary can never occur, so it is none too, with a warning if it is the file that gives it;
// a decoder that has nothing to start from is an Error. A list stands for its first id, but all of an
// eos_token_id's end a text.
void read_tokens(ConfigReader& reader, SpecialIds& special, int64_t vocabulary, bool reads_source);
void write_tokens(const SpecialIds& special, bool reads_source, Json& out);

}  // namespace hodhod::hf
