//! Utterances of JapaneseVowels.

use std::error::Error;

use rheos::train::SequenceData;

use crate::comparison::open;

/// Coefficients of a frame, the inputs of a model.
pub const INPUTS: usize = 12;
/// Classes.
pub const SPEAKERS: usize = 9;

/// The frames of each utterance, with its speaker.
pub type Vowels = SequenceData<INPUTS, usize>;
type Frames = Vec<Vec<[f64; INPUTS]>>;

/// The data to train on and the data to test on, standardised by the training data.
pub fn train_and_test() -> Result<[Vowels; 2], Box<dyn Error>> {
    let [train, test] = ["train", "test"].map(read);
    let ((mut train, train_speakers), (mut test, test_speakers)) = (train?, test?);
    standardise(&mut train, &mut test);
    Ok([SequenceData::new(train, train_speakers)?, SequenceData::new(test, test_speakers)?])
}

/// Holds out every fifth utterance of the training data, and returns the other ones and these.
pub fn held_out() -> Result<[Vowels; 2], Box<dyn Error>> {
    let (mut train, speakers) = read("train")?;
    standardise(&mut train, &mut Frames::new());
    // The utterances are sorted by their speakers, so all speakers are in both parts.
    let (mut held_out, mut kept) = ((Frames::new(), Vec::new()), (Frames::new(), Vec::new()));
    for (i, (frames, speaker)) in train.into_iter().zip(speakers).enumerate() {
        let part = if i % 5 == 4 { &mut held_out } else { &mut kept };
        part.0.push(frames);
        part.1.push(speaker);
    }
    Ok([SequenceData::new(kept.0, kept.1)?, SequenceData::new(held_out.0, held_out.1)?])
}

/// Reads the utterances, and the speaker of each, from 0.
fn read(part: &str) -> Result<(Frames, Vec<usize>), Box<dyn Error>> {
    let mut table = csv::Reader::from_reader(open(&format!("japanese_vowels_{part}.csv"))?);
    let (mut utterances, mut speakers) = (Frames::new(), Vec::new());
    for row in table.deserialize() {
        let (utterance, speaker, _frame, coefficients): (usize, usize, usize, _) = row?;
        if utterance == utterances.len() {
            utterances.push(Vec::new());
            speakers.push(speaker - 1);
        }
        utterances[utterance].push(coefficients);
    }
    Ok((utterances, speakers))
}

/// Gives each coefficient the mean 0 and the deviation 1 over all frames of the training data.
fn standardise(train: &mut Frames, test: &mut Frames) {
    for i in 0..INPUTS {
        let values: Vec<f64> = train.iter().flatten().map(|frame| frame[i]).collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (values.len() - 1) as f64;
        for frame in train.iter_mut().chain(&mut *test).flatten() {
            frame[i] = (frame[i] - mean) / variance.sqrt();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_utterance_has_its_speaker() {
        let [train, test] = train_and_test().unwrap();
        let of =
            |data: &Vowels| [0, 1, 2, 3, 4, 5, 6, 7, 8].map(|i| data.targets().iter().filter(|&&s| s == i).count());
        assert_eq!(of(&train), [30; 9]);
        assert_eq!(of(&test), [31, 35, 88, 44, 29, 24, 40, 50, 29]);
        let [kept, held_out] = held_out().unwrap();
        assert_eq!((of(&kept), of(&held_out)), ([24; 9], [6; 9]));
    }

    #[test]
    fn the_training_data_are_standardised() {
        let mut frames = vec![vec![[1.0; INPUTS], [2.0; INPUTS]], vec![[3.0; INPUTS]]];
        let mut others = vec![vec![[4.0; INPUTS]]];
        standardise(&mut frames, &mut others);
        assert_eq!((frames[0][0], frames[1][0], others[0][0]), ([-1.0; INPUTS], [1.0; INPUTS], [2.0; INPUTS]));
    }
}
