//! Names of tensors in a file.

/// A table of the names of tensors in a file, where they differ from the names in the model.
///
/// In a pattern, `*` stands for any text. In the new name, it stands for the same text. The first rule that matches a
/// name applies; a name without a rule stays as it is.
///
/// ```
/// use rheos::weights::Names;
///
/// // self.rnn = torch.nn.GRU(4, 32, num_layers=2); self.fc = torch.nn.Linear(32, 1)
/// let names = Names::new().rename("0.0.*", "rnn.*_l0").rename("0.1.*", "rnn.*_l1").rename("1.*", "fc.*");
/// assert_eq!(names.in_file("0.1.weight_ih"), "rnn.weight_ih_l1");
/// assert_eq!(names.in_file("1.bias"), "fc.bias");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Names {
    rules: Vec<(String, String)>,
    skipped: Vec<String>,
    kept: Vec<String>,
}

impl Names {
    /// The names of the model.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The names of layer `layer` of `torch.nn.RNN`, `GRU` and `LSTM`, where a cell has the names of `RNNCell`,
    /// `GRUCell` and `LSTMCell`: `weight_ih_l0` instead of `weight_ih`.
    #[must_use]
    pub fn torch_layer(layer: usize) -> Self {
        Self::new().rename("*", format!("*_l{layer}"))
    }

    /// The names of the first `layers` layers of `torch.nn.RNN`, `GRU` and `LSTM`, where the model is a tuple or an array
    /// of cells: `weight_ih_l1` instead of `1.weight_ih`.
    #[must_use]
    pub fn torch_layers(layers: usize) -> Self {
        (0..layers).fold(Self::new(), |names, k| names.rename(format!("{k}.*"), format!("*_l{k}")))
    }

    /// Gives the tensors of the model that match `pattern` another name in the file.
    #[must_use]
    pub fn rename(mut self, pattern: impl Into<String>, in_file: impl Into<String>) -> Self {
        self.rules.push((pattern.into(), in_file.into()));
        self
    }

    /// The names of a part of a larger model: `part` becomes the start of every name in the file, as in `rnn.weight_ih`.
    ///
    /// ```
    /// use rheos::weights::Names;
    ///
    /// let names = Names::torch_layer(0).within("rnn");
    /// assert_eq!(names.in_file("weight_ih"), "rnn.weight_ih_l0");
    /// ```
    #[must_use]
    pub fn within(self, part: &str) -> Self {
        // A model of one tensor has no name.
        let rules = self.rules.into_iter().chain(["", "*"].map(|same| (same.into(), same.into())));
        let inside = |name: String| if name.is_empty() { part.to_owned() } else { format!("{part}.{name}") };
        Self { rules: rules.map(|(pattern, name)| (pattern, inside(name))).collect(), ..self }
    }

    /// Allows tensors in the file that the model does not have, if they match `pattern`. `skip("*")` allows any.
    #[must_use]
    pub fn skip(mut self, pattern: impl Into<String>) -> Self {
        self.skipped.push(pattern.into());
        self
    }

    /// Allows a file without the tensors of the model that match `pattern`: the model keeps its numbers. The pattern is
    /// for names in the model.
    #[must_use]
    pub fn keep(mut self, pattern: impl Into<String>) -> Self {
        self.kept.push(pattern.into());
        self
    }

    /// The name in the file of a tensor of the model.
    #[must_use]
    pub fn in_file(&self, name: &str) -> String {
        let new =
            |(pattern, new): &(String, String)| text_of_star(pattern, name).map(|text| new.replacen('*', text, 1));
        self.rules.iter().find_map(new).unwrap_or_else(|| name.to_owned())
    }

    pub(super) fn is_skipped(&self, in_file: &str) -> bool {
        self.skipped.iter().any(|pattern| text_of_star(pattern, in_file).is_some())
    }

    pub(super) fn is_kept(&self, name: &str) -> bool {
        self.kept.iter().any(|pattern| text_of_star(pattern, name).is_some())
    }
}

/// The part of `name` that the star of `pattern` stands for; empty without a star; `None` if the name does not match.
fn text_of_star<'n>(pattern: &str, name: &'n str) -> Option<&'n str> {
    match pattern.split_once('*') {
        Some((before, after)) => name.strip_prefix(before)?.strip_suffix(after),
        None => (pattern == name).then_some(""),
    }
}
