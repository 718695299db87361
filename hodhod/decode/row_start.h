// SPDX-License-Identifier: Apache-2.0
// What Decoding and the searches for single requests say to each other. Extension and BeamSearch have the
// same members:
//
//   starts()      prompts that the model has to begin before the next step, and how many rows continue each;
//                 these rows stand behind those under way
//   rows()        number of rows under way, the begun ones included
//   token(row)    the last token of a row, which the model is to be fed
//   look(row, s)  takes the model's scores s [V] of what comes next, and may change them. Rows may be looked
//                 at at the same time. Error when no token is possible.
//   advance()     chooses; gives for each row that goes on which row it continues
//   chosen()      the tokens that the last advance() chose; none of a beam search, whose tokens are not final
//   results()     the hypotheses, once no rows are left and starts() has none
#pragma once

#include <cstdint>

#include "hodhod/models/language_model.h"

namespace hodhod {

struct RowStart {
  Prompt prompt;
  int64_t rows = 1;
};

struct ChosenToken {
  int64_t sequence;  // among the results of the request
  int64_t token;
};

}  // namespace hodhod
