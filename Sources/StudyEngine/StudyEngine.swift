// The study engine
