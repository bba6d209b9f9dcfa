#include "storage/fold_phrase.h"

#include <gtest/gtest.h>

#include <utility>

namespace easel {
namespace {

TEST(FoldPhraseTest, CaseAndAccentsDoNotCount) {
  for (const auto& [one, other] : {std::pair("Éclair", "eclair"),
                                   {"e\u0301clair", "\u00e9clair"},  // combining, then composed
                                   {"Straße", "STRASSE"},
                                   {"STRAẞE", "strasse"},
                                   {"ΣΊΣΥΦΟΣ", "σισυφος"},
                                   {"ПРИВЕТ Ёж", "привет еж"},
                                   {"ﬁancé", "FIANCE"},
                                   {"ｃａｔ", "cat"},
                                   {"Ｎº 5", "no 5"},
                                   {"a\u030a\u0323", "a\u0323\u030a"},
                                   {"שָׁלוֹם", "שלום"},
                                   {"مَرْحَبًا", "مرحبا"}}) {
    EXPECT_EQ(fold_phrase(one), fold_phrase(other)) << one;
  }
}

TEST(FoldPhraseTest, LettersThatReadersTakeApartAreTheirParts) {
  for (const auto& [one, other] : {std::pair("SMØRREBRØD", "smorrebrod"),
                                   {"Łódź", "lodz"},
                                   {"Đurđa", "durda"},
                                   {"Ægir's œuvre", "aegir's oeuvre"},
                                   {"Ǿ", "o"}}) {
    EXPECT_EQ(fold_phrase(one), other);
  }
}

TEST(FoldPhraseTest, TypographersMarksAreThoseOfKeyboards) {
  EXPECT_EQ(fold_phrase("Don’t “stop” ‘now’"), "don't \"stop\" 'now'");
  for (const char* const dash : {"‐", "‑", "–", "—", "−"}) {
    EXPECT_EQ(fold_phrase(std::string("ice") + dash + "cream"), "ice-cream") << dash;
  }
}

TEST(FoldPhraseTest, NoSyllableBeginsWithAnother) {
  for (const auto& [part, whole] :
       {std::pair("하", "한국어"), {"이", "인간"}, {"か", "がく"}, {"カ", "ガ"}, {"は", "ぱん"}}) {
    EXPECT_EQ(fold_phrase(whole).find(fold_phrase(part)), std::string::npos) << part;
  }
  EXPECT_EQ(fold_phrase("ﾊﾟﾝ"), fold_phrase("パン"));
  EXPECT_EQ(fold_phrase("\u1112\u1161\u11ab"), fold_phrase("한"));
}

TEST(FoldPhraseTest, TheFourTurkishLettersAreOne) {
  for (const char* const word : {"ışık", "IŞIK", "İŞİK", "işik", "i\u0307sik"}) {
    EXPECT_EQ(fold_phrase(word), "isik") << word;
  }
}

TEST(FoldPhraseTest, MarksThatAreLettersStay) {
  for (const auto& [one, other] :
       {std::pair("かき", "かぎ"), {"कि", "की"}, {"ไม้", "ไม"}, {"=", "≠"}, {"1", "1\u20e3"}}) {
    EXPECT_NE(fold_phrase(one), fold_phrase(other)) << one << " " << other;
  }
}

TEST(FoldPhraseTest, WhiteSpaceOfAnyKindIsOneSpace) {
  EXPECT_EQ(fold_phrase(" \t a\r\n\u00a0\u2003\u3000b\u2028c\u0085d \v"), "a b c d");
  EXPECT_EQ(fold_phrase(" \u3000\n"), "");
  EXPECT_EQ(fold_phrase(""), "");
  // An accent between two spaces stands on nothing.
  EXPECT_EQ(fold_phrase("a \u0301 b"), "a b");
}

TEST(FoldPhraseTest, WhatCannotBeSeenDoesNotCount) {
  EXPECT_EQ(fold_phrase("c\u200bat\u00ad \u202ex\u202c\ufeff"), "cat x");
  EXPECT_EQ(fold_phrase("❤️"), fold_phrase("❤"));
  EXPECT_EQ(fold_phrase("👨‍👩‍👧"), fold_phrase("👨👩👧"));
  EXPECT_NE(fold_phrase("👍🏽"), fold_phrase("👍"));  // another colour can be seen
}

TEST(FoldPhraseTest, FoldingTwiceChangesNothing) {
  for (const char* const text : {"Straße ŒUVRE", "ΑΙ\u0345", "İI ıi", "ẞǅǰ", "한국어 が ไม้",
                                 "\ufdfa", "Łódź — ǽ’s", "o\u0338\u0301"}) {
    EXPECT_EQ(fold_phrase(fold_phrase(text)), fold_phrase(text)) << text;
  }
}

TEST(FoldPhraseTest, WhatIsNoUtf8IsNothing) {
  EXPECT_EQ(fold_phrase("a\xff"), "");
  EXPECT_EQ(fold_phrase("\xc0\xaf"), "");
  EXPECT_EQ(fold_phrase("\xed\xa0\x80"), "");
}

}  // namespace
}  // namespace easel
